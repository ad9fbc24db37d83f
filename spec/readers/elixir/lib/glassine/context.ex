defmodule Glassine.Context do
  @moduledoc """
  Names a span of a trace: a trace id, a span id and trace flags (section 2).

  Ids are integers, as OpenTelemetry for Erlang has them, and never 0.

      iex> %Glassine.Context{trace_id: 0x4BF92F3577B34DA6A3CE929D0E0E4736, span_id: 7, flags: 1}
      #Glassine.Context<00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000007-01>
  """

  import Bitwise

  @enforce_keys [:trace_id, :span_id, :flags]
  defstruct [:trace_id, :span_id, :flags]

  @typedoc "The ids are above 0. Bit 0 of the flags is *sampled*, bit 1 *random*."
  @type t :: %__MODULE__{trace_id: pos_integer, span_id: pos_integer, flags: byte}

  @doc "Whether the trace is recorded: bit 0 of the flags."
  @spec sampled?(t) :: boolean
  def sampled?(%__MODULE__{flags: flags}), do: (flags &&& 1) == 1

  defimpl Inspect do
    def inspect(%{trace_id: trace_id, span_id: span_id, flags: flags}, _opts) do
      ids = Base.encode16(<<trace_id::128, span_id::64, flags>>, case: :lower)
      <<trace::binary-size(32), span::binary-size(16), flags::binary>> = ids
      "#Glassine.Context<00-#{trace}-#{span}-#{flags}>"
    end
  end
end
