defmodule Fleet.Relay do
  # Takes one copy for all of its node's processes, as Manifold's partitioners do. It knows nothing
  # of envelopes.
  use GenServer

  def start_link, do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  def send_many(pids, message) do
    for {node, pids} <- Enum.group_by(pids, &node/1) do
      GenServer.cast({__MODULE__, node}, {:send, pids, message})
    end
  end

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_cast({:send, pids, message}, state) do
    Enum.each(pids, &send(&1, message))
    {:noreply, state}
  end
end
