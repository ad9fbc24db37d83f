defmodule Glassine do
  @moduledoc """
  Carries trace contexts with the messages of processes, and with any bytes.

  This module is a channel (`Glassine.Channel`), for programs that need one. Its tracer is what
  `config :glassine, tracer: Glassine.OpenTelemetry` says when it is compiled, or none.

      iex> Glassine.set_rollout(:on)
      iex> edge = %Glassine.Context{trace_id: 0xABC, span_id: 0xDEF, flags: 1}
      iex> message = Glassine.with_context(edge, fn -> Glassine.wrap({:post, "hello"}) end)
      iex> Glassine.handle_message(message, fn {:post, text} -> {text, Glassine.context()} end)
      {"hello", %Glassine.Context{trace_id: 0xABC, span_id: 0xDEF, flags: 1}}
      iex> Glassine.handle_message({:post, "bare"}, fn {:post, text} -> {text, Glassine.context()} end)
      {"bare", nil}
  """

  use Glassine.Channel, tracer: Application.compile_env(:glassine, :tracer)

  alias Glassine.{Context, Current, Frame, Reading}

  require Glassine.Guards

  @doc "Whether a term is enveloped. Allowed in guards. See `Glassine.Guards.is_traced/1`."
  defguard is_traced(term) when Glassine.Guards.is_traced(term)

  @doc """
  Whether a term is enveloped and its sender says that the trace is recorded. Allowed in guards. See
  `Glassine.Guards.is_sampled/1`.
  """
  defguard is_sampled(term) when Glassine.Guards.is_sampled(term)

  @doc """
  The context of the message that is being handled, whatever its channel. `nil` if there is none, or
  if it has no ids.
  """
  @spec context() :: Context.t() | nil
  def context do
    case Current.origin() do
      nil -> nil
      origin -> Reading.context(Frame.read(origin))
    end
  end

  @doc """
  How many messages the one that is being handled stands for: those of the fan-outs that it came
  through. A span that counts things counts them so many times.
  """
  @spec weight() :: pos_integer
  def weight do
    case Current.origin() do
      nil -> 1
      origin -> Reading.weight(Frame.read(origin)) || 1
    end
  end

  @doc """
  The fields that came with the message that is being handled and that count: baggage, say.
  """
  @spec fields() :: [Glassine.Field.t()]
  def fields do
    case Current.origin() do
      nil -> []
      origin -> Reading.counting_fields(Frame.read(origin))
    end
  end

  @doc """
  Whether a trace may start here: `false` where somebody has decided against it, and in processes
  that only continue traces. A tracer knows by itself.
  """
  @spec may_start?() :: boolean
  def may_start? do
    case Current.origin() do
      nil -> true
      origin -> Reading.decision(Frame.read(origin)) != :unsampled
    end
  end

  @doc """
  Names this process for fan-outs: by any bytes that stay the same when a message is sent again,
  such as the id of a session. Without a name, its pid is its name.
  """
  @spec put_name(binary) :: :ok
  def put_name(name) when is_binary(name), do: Current.put_name(name)
end
