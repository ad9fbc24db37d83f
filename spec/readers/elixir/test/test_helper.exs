unless Code.ensure_loaded?(:otel_tracer) do
  Code.require_file("stand_in/open_telemetry.exs", __DIR__)
end

sdk? = Code.ensure_loaded?(:otel_exporter_pid)

ExUnit.start(
  capture_log: true,
  exclude: if(sdk?, do: [], else: [:opentelemetry_sdk])
)
