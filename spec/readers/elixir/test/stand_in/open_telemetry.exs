# Stands in for the package opentelemetry_api where it is not installed: the functions that
# `Glassine.OpenTelemetry` calls, with the same names and results. Spans are tuples, as there.

defmodule :otel_ctx do
  def get_current, do: Process.get(:stand_in, %{})
  def attach(context), do: Process.put(:stand_in, context)
  def detach(nil), do: Process.delete(:stand_in)
  def detach(token), do: Process.put(:stand_in, token)
end

defmodule :otel_tracer do
  def current_span_ctx, do: Map.get(:otel_ctx.get_current(), :span, :undefined)
  def set_current_span(context, span), do: Map.put(context, :span, span)
  def from_remote_span(trace_id, span_id, flags), do: {:stand_in, trace_id, span_id, flags, true}
end

defmodule :otel_span do
  def trace_id(span), do: elem(span, 1)
  def span_id(span), do: elem(span, 2)
end
