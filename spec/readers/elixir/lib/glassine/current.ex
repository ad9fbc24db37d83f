defmodule Glassine.Current do
  @moduledoc false
  # What a process holds while it handles a message: the message's origin, in the process
  # dictionary, and beside it what a tracer makes current.

  alias Glassine.{Channel, Context, Origin}

  @origin :"$glassine"
  @name :"$glassine_name"

  @spec origin() :: Origin.t()
  def origin, do: Process.get(@origin)

  @doc "Gives a message to a function while an origin is current, and leaves nothing of it behind."
  @spec with_origin(Channel.config(), binary, message, (message -> result)) :: result
        when message: term, result: var
  def with_origin(config, origin, message, fun) do
    before = Process.put(@origin, origin)
    token = attach(config.tracer, origin)

    try do
      fun.(message)
    after
      detach(token)
      restore(before)
    end
  end

  @doc "Makes the decision against traces current for as long as nothing else is."
  @spec rest(Channel.config()) :: :ok
  def rest(config), do: rest(config, Process.get(@origin))

  defp rest(config, nil) do
    Process.put(@origin, Origin.marker())
    _ = attach(config.tracer, Origin.marker())
    :ok
  end

  defp rest(_config, _origin), do: :ok

  @spec put_name(binary) :: :ok
  def put_name(name) do
    Process.put(@name, name)
    :ok
  end

  @doc "The name that this process is chosen by in a fan-out: its own, or that of its pid."
  @spec name() :: binary
  def name, do: Process.get(@name) || :erlang.term_to_binary(self())

  defp attach(nil, _origin), do: nil

  # Only a sampled context is taken apart.
  defp attach(tracer, <<_::32, flags, 3, _::16, trace_id::128, span_id::64, _::binary>>)
       when rem(flags, 2) == 1 do
    attach_to(tracer, %Context{trace_id: trace_id, span_id: span_id, flags: flags})
  end

  defp attach(tracer, <<_::40, shape, _::binary>>) when shape > 0,
    do: attach_to(tracer, :suppress)

  defp attach(_tracer, _nothing_known), do: nil

  # A tracer that fails fails no message.
  defp attach_to(tracer, what) do
    {tracer, tracer.attach(what)}
  catch
    _kind, _reason -> nil
  end

  defp detach(nil), do: nil

  defp detach({tracer, token}) do
    tracer.detach(token)
  catch
    _kind, _reason -> nil
  end

  defp restore(nil), do: Process.delete(@origin)
  defp restore(before), do: Process.put(@origin, before)
end
