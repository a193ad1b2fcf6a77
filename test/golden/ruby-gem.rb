# Makes ruby-gem.json: the definition of the ancestor gem, mruby-knn-detector, transcribed to plain Ruby.
# Run in this directory: ruby ruby-gem.rb
#
# For every window of w values, the Euclidean distances to all windows are sorted, the first (its own, 0) is dropped, the
# next k are added in ascending order and divided by k. The first w - 1 scores are 0.
# Sums go left to right with inject: Array#sum would compensate its rounding.

require 'json'

def distance(a, b)
  Math.sqrt(a.zip(b).map { |x, y| (x - y) * (x - y) }.inject(0.0) { |sum, s| sum + s })
end

def score(series, w, k)
  windows = series.each_cons(w).to_a
  [0.0] * (w - 1) + windows.map do |window|
    nearest = windows.map { |other| distance(window, other) }.sort.drop(1).take(k)
    nearest.inject(0.0) { |sum, d| sum + d } / k
  end
end

# Park and Miller's generator: integers only, so that the inputs need no trust in any library.
class Minimal
  def initialize(seed)
    @state = seed
  end

  def below(n)
    @state = @state * 48_271 % 2_147_483_647
    @state % n
  end
end

random = Minimal.new(2018)
walk = [0.0]
199.times { walk << walk.last + (random.below(2001) - 1000) / 256.0 }

cases = [
  ['the example of the gem', [1, 2, 10, 2, 1], 2, 1],
  ['small integers', Array.new(60) { random.below(4) }, 3, 2],
  ['two levels', Array.new(80) { random.below(2) }, 5, 5],
  ['single values', Array.new(50) { random.below(1000) }, 1, 1],
  ['single values, ties', Array.new(50) { random.below(10) }, 1, 4],
  ['decimals with ties', Array.new(70) { random.below(10) * 0.1 + 0.3 }, 3, 3],
  ['decimals', Array.new(90) { random.below(1_000_000) * 1e-5 - 5 }, 4, 5],
  ['a constant', [7.5] * 30, 3, 2],
  ['one spike in a constant', [7] * 20 + [1e9] + [7] * 20, 4, 3],
  ['spikes in noise', Array.new(100) { |i| random.below(2001) / 1000.0 + (i % 37 == 36 ? 1e6 : 0) }, 5, 2],
  ['a random walk', walk, 5, 5],
  ['a random walk, wide k', walk.take(60), 2, 5],
  ['steps', Array.new(120) { |i| [0, 3, 1][i / 13 % 3] }, 4, 1],
  ['a large offset', Array.new(60) { 1e9 + random.below(1000) / 999.0 }, 2, 4],
  ['just one other window', [1, 5, 2], 2, 1],
  ['no window but n = w - 1', [4, 2], 3, 1],
  # Where we differ: the mean of the neighbors that exist, and always the length of the input.
  ['fewer than k other windows', [1, 2, 10, 2, 1], 3, 5],
  ['no other window', [3, 1, 4], 3, 2],
  ['shorter than w - 1', [1, 2], 5, 1]
].map do |name, series, w, k|
  series = series.map { |x| Float(x) }
  windows = series.size - w + 1
  differs = series.size < w - 1 || (windows > 1 && windows - 1 < k)
  { name: name, windowSize: w, k: k, differs: differs, series: series, score: score(series, w, k) }
end

# Float#to_s is the shortest text that reads back to the same float64.
lines = cases.map { |c| '    ' + JSON.generate(c) }
File.write('ruby-gem.json', <<~JSON)
  {
    "madeBy": { "program": "ruby-gem.rb", "version": #{JSON.generate("ruby #{RUBY_VERSION}")}, "command": "ruby ruby-gem.rb" },
    "cases": [
  #{lines.join(",\n")}
    ]
  }
JSON
