#!/bin/sh
# The scores of a long series by all processors of a machine: blocks-xargs.sh SERIES WINDOW NEIGHBORS BLOCKS > scores
# A block whose file is there is not scored again: after a failure, run it anew.
set -eu
series=$1 window=$2 neighbors=$3 blocks=$4

seq 0 $((blocks - 1)) | xargs -P "$(nproc)" -I{} sh -c \
  "[ -e '$series.{}-$blocks' ] || knn-anomaly score '$series' -w $window -k $neighbors --block {}/$blocks --out '$series.{}-$blocks'"
knn-anomaly merge "$series".*-"$blocks"
