defmodule Fleet.Session do
  use GenServer

  def start_link(name), do: GenServer.start_link(__MODULE__, name)

  @impl true
  def init(name), do: {:ok, name}

  @impl true
  def handle_info({:post, _post}, name) do
    Fleet.Seen.post()
    {:noreply, name}
  end

  def handle_info(_unknown, name) do
    Fleet.Seen.unknown()
    {:noreply, name}
  end
end
