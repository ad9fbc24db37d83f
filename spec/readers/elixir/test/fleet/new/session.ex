defmodule Fleet.Session do
  use GenServer
  use Glassine.Server, channel: Fleet.Channel, continue_only: true

  def start_link(name), do: GenServer.start_link(__MODULE__, name)

  @impl true
  def init(name) do
    Glassine.put_name(name)
    {:ok, name}
  end

  @impl true
  def handle_info({:post, post}, name) do
    Fleet.Seen.post()

    context = Glassine.context()

    if context && Glassine.Context.sampled?(context) do
      Fleet.Seen.context(post, {context.trace_id, context.span_id, Glassine.weight()})
    end

    {:noreply, name}
  end

  def handle_info(_unknown, name) do
    Fleet.Seen.unknown()
    {:noreply, name}
  end
end
