for {module, stand_in} <- [otel_tracer: "open_telemetry.exs", telemetry: "telemetry.exs"],
    not Code.ensure_loaded?(module) do
  Code.require_file("stand_in/#{stand_in}", __DIR__)
end

# What the tests of these need is not everywhere; ExUnit says what was left out.
there = [
  opentelemetry_sdk: Code.ensure_loaded?(:otel_exporter_pid),
  rust_edge: System.get_env("GLASSINE_RUST_EDGE", "") != ""
]

ExUnit.start(capture_log: true, exclude: for({tag, false} <- there, do: tag))
