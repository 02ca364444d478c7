# Counts words with threads, fibers, JSON, Zlib and Digest.
require "json"
require "zlib"
require "digest"
require "tempfile"
files = Dir["/usr/lib/python3.11/{email,asyncio}/*.py"].sort
queue = Thread::Queue.new
files.each { |file| queue << file }
counts = 4.times.map do
  Thread.new do
    mine = Hash.new(0)
    while (file = queue.pop(true) rescue nil)
      File.read(file).scan(/[A-Za-z_]{3,}/) { |word| mine[word.downcase] += 1 }
    end
    mine
  end
end.map(&:value).reduce { |a, b| a.merge(b) { |_, x, y| x + y } }
top = counts.sort_by { |word, n| [-n, word] }
puts files.size, top.first(5).to_json
text = JSON.pretty_generate(top)
puts Zlib::Inflate.inflate(Zlib::Deflate.deflate(text)) == text, Digest::SHA256.hexdigest(text)
Tempfile.create("words") { |f| f.write(text); f.flush; puts File.size(f.path) == text.bytesize }
fibers = Fiber.new { 3.times { |i| Fiber.yield i }; :end }
puts 4.times.map { fibers.resume }.inspect
GC.start
sleep 0.01
puts Process.clock_gettime(Process::CLOCK_MONOTONIC).positive?
