defmodule Glassine.Receive do
  @moduledoc false
  # Turns a `receive` of messages into one of messages that are bare or enveloped.

  @tag Glassine.Guards.tag()

  @spec expand(keyword, Macro.t()) :: Macro.t()
  def expand(clauses, config) do
    own = Keyword.get(clauses, :do, [])

    both = Enum.flat_map(own, &[bare(&1), traced(&1, config)])

    quote do
      require Glassine.Guards
      receive(unquote(Keyword.put(clauses, :do, both)))
    end
  end

  defp traced({:->, meta, [[head], body]}, config) do
    {pattern, guards} = split(head)
    [traced, envelope] = Macro.generate_unique_arguments(2, __MODULE__)

    pattern = quote do: {unquote(@tag), unquote(envelope), unquote(pattern)} = unquote(traced)
    is_traced = quote do: Glassine.Guards.is_traced(unquote(traced))

    body =
      quote do
        Glassine.Receiving.handle_traced(unquote(config), unquote(envelope), nil, fn nil ->
          unquote(body)
        end)
      end

    {:->, meta, [[guarded(pattern, is_traced, guards)], body]}
  end

  # A pattern such as `{a, b, c}` would fit an envelope too.
  defp bare({:->, meta, [[head], body]}) do
    {pattern, guards} = split(head)

    if may_fit_envelope?(pattern) do
      [message] = Macro.generate_unique_arguments(1, __MODULE__)
      pattern = quote do: unquote(pattern) = unquote(message)
      is_bare = quote do: not Glassine.Guards.is_traced(unquote(message))
      {:->, meta, [[guarded(pattern, is_bare, guards)], body]}
    else
      {:->, meta, [[head], body]}
    end
  end

  # Literals do not, nor do lists, pairs and other tuples that are not of three.
  defp may_fit_envelope?({:{}, _, elements}), do: length(elements) == 3
  defp may_fit_envelope?({kind, _, _}) when kind in [:%{}, :%, :<<>>, :<>, :^], do: kind == :^
  defp may_fit_envelope?({_, _, _}), do: true
  defp may_fit_envelope?(_literal), do: false

  defp split({:when, _, [pattern, guards]}), do: {pattern, alternatives(guards)}
  defp split(pattern), do: {pattern, []}

  defp alternatives({:when, _, [one, others]}), do: [one | alternatives(others)]
  defp alternatives(guard), do: [guard]

  defp guarded(pattern, guard, []), do: {:when, [], [pattern, guard]}

  defp guarded(pattern, guard, alternatives) do
    all =
      alternatives
      |> Enum.map(&quote(do: unquote(guard) and unquote(&1)))
      |> Enum.reverse()
      |> Enum.reduce(fn one, others -> {:when, [], [one, others]} end)

    {:when, [], [pattern, all]}
  end
end
