defmodule Fleet.Edge do
  # Takes a request with its headers, as an HTTP server would.
  def publish(guild, post, _traceparent), do: GenServer.call(guild, {:publish, post})
end
