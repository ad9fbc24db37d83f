defmodule Glassine.OpenTelemetry do
  @moduledoc """
  The tracer of programs that use OpenTelemetry for Erlang.

      defmodule MyApp.Guilds do
        use Glassine.Channel, tracer: Glassine.OpenTelemetry
      end

  Ids go from one to the other as integers, and no text is made of them here. Baggage and
  `tracestate` of OpenTelemetry's own are not carried: those that came with a message go on with it.

  The package `opentelemetry_api` is used if it is there. Where it is not, nothing is current, and
  messages go bare.
  """

  @behaviour Glassine.Tracer

  alias Glassine.Context

  import Bitwise

  @compile {:no_warn_undefined, [:otel_ctx, :otel_span, :otel_tracer]}

  @impl true
  def current do
    with at when is_integer(at) <- flags_at(),
         span when span != :undefined <- :otel_tracer.current_span_ctx() do
      case elem(span, at) do
        flags when (flags &&& 1) == 1 ->
          trace_id = :otel_span.trace_id(span)
          span_id = :otel_span.span_id(span)
          %Context{trace_id: trace_id, span_id: span_id, flags: flags &&& 0xFF}

        _unsampled ->
          :unsampled
      end
    else
      _no_library_or_no_span -> nil
    end
  end

  @impl true
  def attach(:suppress), do: attach_span(suppressing())

  def attach(%Context{trace_id: trace_id, span_id: span_id, flags: flags}) do
    if flags_at(), do: attach_span(:otel_tracer.from_remote_span(trace_id, span_id, flags))
  end

  @impl true
  def detach(nil), do: :ok
  def detach({:attached, token}), do: :otel_ctx.detach(token)

  defp attach_span(nil), do: nil

  defp attach_span(span) do
    context = :otel_tracer.set_current_span(:otel_ctx.get_current(), span)
    {:attached, :otel_ctx.attach(context)}
  end

  # Only a valid, remote, unsampled parent keeps a parent-based sampler from starting a trace. One
  # for the node, so that it costs nothing; its ids are never sent.
  defp suppressing do
    case :persistent_term.get({__MODULE__, :suppressing}, nil) do
      nil -> if flags_at(), do: make_suppressing()
      span -> span
    end
  end

  defp make_suppressing do
    trace_id = :rand.uniform(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF)
    span = :otel_tracer.from_remote_span(trace_id, :rand.uniform(0xFFFFFFFFFFFFFFFF), 0)
    :persistent_term.put({__MODULE__, :suppressing}, span)
    span
  end

  # The API has functions for the ids of a span, and for the flags only one that makes a text of
  # them. Where they stand is found in a span whose flags are known.
  defp flags_at do
    case :persistent_term.get({__MODULE__, :flags_at}, :unknown) do
      :unknown -> find_flags()
      at -> at
    end
  end

  defp find_flags do
    at =
      if Code.ensure_loaded?(:otel_tracer) and
           function_exported?(:otel_tracer, :from_remote_span, 3) do
        probe = Tuple.to_list(:otel_tracer.from_remote_span(0xA11CE, 0xB0B, 0xF7))
        Enum.find_index(probe, &(&1 == 0xF7))
      end

    :persistent_term.put({__MODULE__, :flags_at}, at)
    at
  end
end
