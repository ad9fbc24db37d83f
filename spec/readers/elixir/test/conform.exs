# Answers what `glassine conform -- spec/readers/elixir/conform` asks, a line of JSON each.

alias Glassine.Test.Vectors

for line <- IO.stream(:stdio, :line) do
  asked = Vectors.decode(line)
  IO.puts(Vectors.encode(Vectors.answer(asked["ask"], asked)))
end
