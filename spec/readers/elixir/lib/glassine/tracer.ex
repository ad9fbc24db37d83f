defmodule Glassine.Tracer do
  @moduledoc """
  A tracing library, as far as a channel needs one: which span is current, and how a context becomes
  the parent of the spans that follow.

  `Glassine.OpenTelemetry` is one. A channel without a tracer passes on the context of the message
  that is being handled.
  """

  alias Glassine.Context

  @doc "The current span's context, if it is sampled; `:unsampled`, or `nil` if there is no span."
  @callback current() :: Context.t() | :unsampled | nil

  @doc "Makes a remote context current. `:suppress`: no trace starts here."
  @callback attach(Context.t() | :suppress) :: token :: term

  @doc "Makes current what was current before."
  @callback detach(token :: term) :: term
end
