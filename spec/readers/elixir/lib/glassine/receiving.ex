defmodule Glassine.Receiving do
  @moduledoc false
  # What becomes of a message that comes in, bare or enveloped.

  alias Glassine.{Channel, Counters, Current, Frame, Origin, Reading, Rollout}

  require Rollout

  import Glassine.Guards, only: [is_traced: 1]

  @spec handle(Channel.config(), term, (term -> result)) :: result when result: var
  def handle(config, {_tag, envelope, message} = traced, fun) when is_traced(traced) do
    handle_traced(config, envelope, message, fun)
  end

  def handle(_config, message, fun), do: fun.(message)

  @doc "Gives a message to a function while what its envelope says is current."
  @spec handle_traced(Channel.config(), binary, message, (message -> result)) :: result
        when message: term, result: var
  def handle_traced(config, envelope, message, fun) do
    if Rollout.receives(Rollout.word(config.rollout)) do
      {kind, origin} = Origin.judge(envelope, &Current.name/0)
      Counters.add(config.counters, kind)
      run(config, origin, message, fun)
    else
      Counters.add(config.counters, :while_off)
      fun.(message)
    end
  end

  @spec handle_bytes(Channel.config(), binary, keyword, (binary -> result)) :: result
        when result: var
  def handle_bytes(config, bytes, options, fun) do
    trust = trust(options)

    if Rollout.receives(Rollout.word(config.rollout)) do
      reading = Frame.read(bytes, Keyword.take(options, [:cap]))
      origin = judge(config, reading, trust, Keyword.get(options, :fields, :none))
      run(config, origin, reading.payload, fun)
    else
      fun.(bytes)
    end
  end

  defp judge(_config, %Reading{verdict: :bare}, _trust, _fields), do: nil

  defp judge(config, %Reading{verdict: :damaged}, _trust, _fields) do
    Counters.add(config.counters, :damaged)
    nil
  end

  defp judge(config, reading, trust, fields) do
    {kind, origin} = Origin.judge_reading(reading, &Current.name/0, &admits?(&1, fields))
    Counters.add(config.counters, kind)

    if trust == :drop do
      if Reading.decision(reading), do: Counters.add(config.counters, :dropped_by_policy)
      nil
    else
      origin
    end
  end

  # What belongs to the context passes with it; the rest by name (O-SEC-2).
  defp admits?(_field, :all), do: true
  defp admits?({type, _value}, :none), do: type in [1, 4, 5, 6]

  defp run(_config, nil, message, fun), do: fun.(message)
  defp run(config, origin, message, fun), do: Current.with_origin(config, origin, message, fun)

  defp trust(options) do
    case Keyword.fetch(options, :trust) do
      {:ok, trust} when trust in [:accept, :drop] -> trust
      _other -> raise ArgumentError, "say how far the peer is trusted: trust: :accept or :drop"
    end
  end
end
