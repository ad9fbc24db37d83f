defmodule Glassine.Dispatcher do
  @moduledoc """
  Dispatches a broadcast of `Phoenix.PubSub` to the subscribers of a node, as one copy that they
  choose among themselves.

      Phoenix.PubSub.broadcast(MyApp.PubSub, topic, Glassine.wrap(message), Glassine.Dispatcher)

  The sender does not know how many subscribers there are; each node does, and writes it into the
  copy for its own. A copy that says already how many it is for stays as it is.
  """

  alias Glassine.{FanOut, Origin}

  import Glassine.Guards, only: [is_sampled: 1]

  @doc "Sends a message to every subscriber of this node but the one that it comes from."
  @spec dispatch([{pid, term}], :none | pid, term) :: :ok
  def dispatch(entries, from, message) do
    message = for_many(message, length(entries))
    for {pid, _metadata} <- entries, pid != from, do: send(pid, message)
    :ok
  end

  defp for_many({tag, envelope, inner} = message, recipients) when is_sampled(message) do
    {tag, Origin.thinned_once(envelope, FanOut.one_in(recipients)), inner}
  end

  defp for_many(message, _recipients), do: message
end
