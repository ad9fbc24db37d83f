defmodule Glassine.Sending do
  @moduledoc false
  # What a channel puts beside a message, and the calls of GenServer that put it there.

  alias Glassine.{Channel, Context, Counters, Current, FanOut, Frame, Origin, Rollout}

  require Rollout

  import Glassine.Guards, only: [is_traced: 1]

  @tag Glassine.Guards.tag()
  @escape Origin.escape()

  @spec wrap(Channel.config(), term) :: term
  def wrap(config, message), do: wrapped(envelope(config), config, message)

  @spec wrap_many(Channel.config(), term, non_neg_integer, keyword) :: term
  def wrap_many(config, message, recipients, options) do
    case envelope(%{config | unsampled: Keyword.get(options, :unsampled, :marker)}) do
      <<_::40, 3, _::binary>> = envelope ->
        one_in = one_in(recipients, config.table)
        wrapped(Origin.thinned(envelope, one_in), config, message)

      envelope ->
        wrapped(envelope, config, message)
    end
  end

  @spec wrap_bytes(Channel.config(), binary) :: iodata
  # An empty message may mean "no value" (O-WRITE-1).
  def wrap_bytes(_config, ""), do: ""

  def wrap_bytes(config, payload) when is_binary(payload) do
    case envelope(config) do
      :off ->
        payload

      nil ->
        escaped = Frame.escape(payload)
        if is_list(escaped), do: Counters.add(config.counters, :escaped)
        escaped

      envelope ->
        Counters.add(config.counters, :sent)
        [envelope, payload]
    end
  end

  @spec call(Channel.config(), GenServer.server(), term, timeout) :: term
  def call(config, server, request, timeout) do
    case wrap(config, request) do
      {@tag, _envelope, ^request} = wrapped ->
        try do
          GenServer.call(server, wrapped, timeout)
        catch
          # The exit names the call that was made, as GenServer's does.
          :exit, {reason, {GenServer, :call, [^server, ^wrapped, ^timeout]}} ->
            exit = {reason, {GenServer, :call, [server, request, timeout]}}
            :erlang.raise(:exit, exit, __STACKTRACE__)
        end

      bare ->
        GenServer.call(server, bare, timeout)
    end
  end

  # `:off`, `nil` for nothing to say, or header and carrier.
  defp envelope(config) do
    case Rollout.word(config.rollout) do
      word when Rollout.sends(word) -> current(config.tracer, config, word)
      _off_or_receive_only -> :off
    end
  end

  defp current(nil, config, word) do
    case Current.origin() do
      nil -> nil
      origin -> says(origin, config, word)
    end
  end

  defp current(tracer, config, word) do
    case current_of(tracer) do
      %Context{} = context -> says(Origin.followed_by(Current.origin(), context), config, word)
      decision -> without_context(Current.origin(), config, word, decision)
    end
  end

  # A tracer that fails fails no message.
  defp current_of(tracer) do
    tracer.current()
  catch
    _kind, _reason -> nil
  end

  # Most contexts are of this kind, and end here.
  defp says(<<_::32, flags, 3, 24::16, _::192>>, %{unsampled: :bare}, _word)
       when rem(flags, 2) == 0 do
    nil
  end

  defp says(<<_::32, flags, 3, _::16, _::192, _::binary>> = origin, _config, word)
       when rem(flags, 2) == 1 do
    if Rollout.includes?(word, origin), do: origin
  end

  defp says(<<_::40, 3, _::16, _::192, _::binary>> = origin, config, word) do
    cond do
      not Rollout.includes?(word, origin) -> nil
      config.unsampled == :marker -> Origin.without_context(origin, :unsampled)
      true -> without_context(origin, config, word, nil)
    end
  end

  defp says(<<_::40, 1, _::binary>> = origin, config, word) do
    without_context(origin, config, word, :unsampled)
  end

  defp says(origin, config, word), do: without_context(origin, config, word, nil)

  # There is no trace whose share could be asked for.
  defp without_context(origin, config, word, decision) do
    cond do
      not Rollout.includes_all?(word) -> nil
      config.unsampled == :marker -> Origin.without_context(origin, decision)
      true -> Origin.without_context(origin, nil)
    end
  end

  defp wrapped(:off, _config, message), do: message

  defp wrapped(nil, config, message) when is_traced(message) do
    Counters.add(config.counters, :escaped)
    {@tag, @escape, message}
  end

  defp wrapped(nil, _config, message), do: message

  defp wrapped(envelope, config, message) do
    Counters.add(config.counters, :sent)
    {@tag, envelope, message}
  end

  defp one_in(recipients, nil), do: FanOut.one_in(recipients)
  defp one_in(recipients, table), do: FanOut.one_in(recipients, table)
end
