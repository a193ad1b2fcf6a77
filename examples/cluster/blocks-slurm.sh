#!/bin/sh
# A block per task of a job array, on a file system that all nodes share:
#   sbatch --array=0-255 blocks-slurm.sh big.txt 100 5
#   knn-anomaly merge big.txt.part.* > scores
# A task that failed is run again by its number: sbatch --array=17 … needs SLURM_BLOCKS=256 then.
#SBATCH --cpus-per-task=1
#SBATCH --mem=3G
#SBATCH --requeue
set -eu
part="$1.part.$SLURM_ARRAY_TASK_ID"
[ -e "$part" ] || knn-anomaly score "$1" -w "$2" -k "$3" \
  --block "$SLURM_ARRAY_TASK_ID/${SLURM_BLOCKS:-$SLURM_ARRAY_TASK_COUNT}" --out "$part"
