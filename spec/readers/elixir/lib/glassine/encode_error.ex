defmodule Glassine.EncodeError do
  @moduledoc """
  What a writer refuses, before anything is written (`R-WRITE-3`, `R-WRITE-5`, `R-WRITE-7`).
  """

  defexception [:kind, :field]

  @typedoc "`field` is the number of the field, from 0, where one is at fault."
  @type t :: %__MODULE__{kind: atom, field: non_neg_integer | nil}

  @sentences %{
    trace_id: "the trace id is 0 or has more than 128 bits",
    span_id: "the span id is 0 or has more than 64 bits",
    flags: "the trace flags have more than 8 bits",
    too_many_fields: "there are more than 128 fields",
    field_type: "the type of a field is not a byte",
    malformed_field: "the field is malformed",
    misplaced_field: "the field belongs to a context, or to a sampled one, that is not there",
    repeated_field: "the field, or its key, stands twice",
    value_too_long: "the value of the field has more than 65,535 bytes",
    carrier_too_long: "the carrier has more than 65,535 bytes",
    payload_not_text: "the payload is not UTF-8"
  }

  @impl true
  def message(%__MODULE__{kind: kind, field: nil}), do: Map.fetch!(@sentences, kind)

  def message(%__MODULE__{kind: kind, field: field}) do
    "#{Map.fetch!(@sentences, kind)} (field #{field})"
  end
end
