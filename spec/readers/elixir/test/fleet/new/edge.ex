defmodule Fleet.Edge do
  # Only a text that says *sampled* is read; the edge trusts those that call it.
  alias Glassine.Traceparent

  def publish(guild, post, traceparent) do
    with true <- Traceparent.sampled?(traceparent),
         {:ok, context} <- Traceparent.read(traceparent) do
      Fleet.Channel.with_context(context, fn -> Fleet.Channel.call(guild, {:publish, post}) end)
    else
      _bare -> GenServer.call(guild, {:publish, post})
    end
  end
end
