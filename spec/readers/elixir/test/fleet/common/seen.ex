defmodule Fleet.Seen do
  # What the sessions of a node have seen: posts, contexts, and messages that they do not know.

  def start do
    :persistent_term.put(__MODULE__, :counters.new(2, [:write_concurrency]))
    :ets.new(__MODULE__, [:named_table, :public, :duplicate_bag, write_concurrency: true])
  end

  def post, do: :counters.add(:persistent_term.get(__MODULE__), 1, 1)
  def unknown, do: :counters.add(:persistent_term.get(__MODULE__), 2, 1)
  def context(post, context), do: :ets.insert(__MODULE__, {post, context})

  def posts, do: :counters.get(:persistent_term.get(__MODULE__), 1)
  def unknowns, do: :counters.get(:persistent_term.get(__MODULE__), 2)
  def contexts, do: :ets.tab2list(__MODULE__)
end
