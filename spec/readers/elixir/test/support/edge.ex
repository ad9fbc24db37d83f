defmodule Glassine.Test.Edge do
  # Contexts, and a channel for each test that moves its switch.
  alias Glassine.Context

  def context(flags \\ 1), do: %Context{trace_id: 0xA1B2C3, span_id: 0xD4, flags: flags}

  defmacro channel(name, options \\ []) do
    quote do
      defmodule unquote(name) do
        use Glassine.Channel, unquote(options)
      end
    end
  end
end

defmodule Glassine.Test.Handled do
  use Glassine.Channel
end

defmodule Glassine.Test.WithTracer do
  use Glassine.Channel, tracer: Glassine.OpenTelemetry
end
