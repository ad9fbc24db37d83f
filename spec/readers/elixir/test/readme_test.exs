defmodule Glassine.ReadmeTest do
  # The first lines of the page do what it says, as they are.
  use ExUnit.Case, async: false

  test "ten lines that paste" do
    [_title, code | _rest] = String.split(File.read!("README.md"), ["```elixir\n", "```\n"])
    assert length(String.split(code, "\n", trim: true)) == 10
    {answer, _bindings} = Code.eval_string(code)
    assert answer == %Glassine.Context{trace_id: 0xABC, span_id: 0xDEF, flags: 1}
  end
end
