defmodule Fleet.Guild do
  # The release before: it has never heard of envelopes.
  use GenServer

  def start_link, do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_call({:publish, post}, _from, state) do
    members = :pg.get_members(Fleet, :sessions)
    Fleet.Relay.send_many(members, {:post, post})
    {:reply, length(members), state}
  end
end
