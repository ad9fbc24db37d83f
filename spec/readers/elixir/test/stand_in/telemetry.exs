# Stands in for the package telemetry where it is not installed: the two functions that the test of
# `Glassine.Counters.emit/1` and that function call, with the same names and results.

defmodule :telemetry do
  def attach(_id, event, handler, config) do
    :persistent_term.put({__MODULE__, event}, {handler, config})
  end

  def execute(event, measurements, metadata) do
    {handler, config} = :persistent_term.get({__MODULE__, event})
    handler.(event, measurements, metadata, config)
    :ok
  end
end
