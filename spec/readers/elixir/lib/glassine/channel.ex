defmodule Glassine.Channel do
  @moduledoc """
  Makes a module a channel: all that its senders and receivers decide together, in one place.

      defmodule MyApp.Guilds do
        use Glassine.Channel, tracer: Glassine.OpenTelemetry
      end

      MyApp.Guilds.call(guild, :members)
      MyApp.Guilds.set_rollout(:on)

  Options:

    * `:tracer`, a `Glassine.Tracer`. Without one, what is sent carries on the context of the message
      that is being handled.
    * `:table`, a table of `Glassine.FanOut` for copies that go to many, instead of the default one.
    * `:unsampled`, what is sent for a context that is not sampled: `:bare`, the default, or
      `:marker`, which says that no trace is to start.

  `Glassine` is a channel itself, for programs that need one. What each function does is written
  there.
  """

  alias Glassine.{Counters, FanOut, Rollout}

  @typedoc "What the functions of a channel have in common."
  @type config :: %{
          channel: module,
          rollout: tuple,
          counters: tuple,
          tracer: module | nil,
          table: FanOut.table() | nil,
          unsampled: :bare | :marker
        }

  @doc false
  @spec config(module, keyword) :: config
  def config(channel, options) do
    options = Keyword.validate!(options, table: nil, tracer: nil, unsampled: :bare)

    if options[:unsampled] not in [:bare, :marker] do
      raise ArgumentError, ":unsampled is :bare or :marker, not #{inspect(options[:unsampled])}"
    end

    if options[:table] && not FanOut.table?(options[:table]) do
      raise ArgumentError, ":table is no table: #{inspect(options[:table])}"
    end

    %{
      channel: channel,
      rollout: Rollout.key(channel),
      counters: Counters.key(channel),
      tracer: options[:tracer],
      table: options[:table],
      unsampled: options[:unsampled]
    }
  end

  @doc false
  defmacro __using__(options) do
    quote location: :keep do
      @glassine Glassine.Channel.config(__MODULE__, unquote(options))

      @doc false
      def __glassine__, do: @glassine

      @doc "The position of the switch on this node. See `Glassine.Rollout`."
      @spec rollout() :: Glassine.Rollout.t()
      def rollout, do: Glassine.Rollout.get(__MODULE__)

      @doc "Moves the switch on this node. See `Glassine.Rollout`."
      @spec set_rollout(Glassine.Rollout.t()) :: :ok
      def set_rollout(position), do: Glassine.Rollout.set(__MODULE__, position)

      @doc "What was counted on this node. See `Glassine.Counters`."
      @spec counters() :: %{required(Glassine.Counters.kind()) => non_neg_integer}
      def counters, do: Glassine.Counters.get(__MODULE__)

      @doc """
      Puts the current context beside a message, for sends of your own: `send(pid, wrap(message))`.

      Only a sampled context goes along. Without one the message is returned as it is, unless it
      looks enveloped itself.
      """
      @spec wrap(term) :: term
      def wrap(message), do: Glassine.Sending.wrap(@glassine, message)

      @doc """
      Wraps one copy that goes to so many recipients. They choose among themselves who keeps the
      context, one in as many as `Glassine.FanOut` says, each by its own name.

      An option: `:unsampled`, what an unsampled context becomes, `:marker` unless it is `:bare`.
      """
      @spec wrap_many(term, recipients :: non_neg_integer, keyword) :: term
      def wrap_many(message, recipients, options \\ []) do
        Glassine.Sending.wrap_many(@glassine, message, recipients, options)
      end

      @doc """
      Puts the current context in front of bytes that leave the cluster: a frame for a peer in any
      language. The payload is not copied.
      """
      @spec wrap_bytes(binary) :: iodata
      def wrap_bytes(payload), do: Glassine.Sending.wrap_bytes(@glassine, payload)

      @doc """
      `GenServer.call/3`, with the current context: the same arguments, result and exits.
      """
      @spec call(GenServer.server(), term, timeout) :: term
      def call(server, request, timeout \\ 5000) do
        Glassine.Sending.call(@glassine, server, request, timeout)
      end

      @doc "`GenServer.cast/2`, with the current context."
      @spec cast(GenServer.server(), term) :: :ok
      def cast(server, request), do: GenServer.cast(server, wrap(request))

      @doc "`GenServer.multi_call/4`, with the current context."
      @spec multi_call([node], name :: atom, term, timeout) ::
              {replies :: [{node, term}], bad_nodes :: [node]}
      def multi_call(nodes \\ [node() | Node.list()], name, request, timeout \\ :infinity) do
        GenServer.multi_call(nodes, name, wrap(request), timeout)
      end

      @doc "`GenServer.abcast/3`, with the current context."
      @spec abcast([node], name :: atom, term) :: :abcast
      def abcast(nodes \\ [node() | Node.list()], name, request) do
        GenServer.abcast(nodes, name, wrap(request))
      end

      @doc """
      `GenServer.reply/2`. A reply goes to a span that is open already, the caller's, and to callers
      that know nothing of envelopes: it is always bare.
      """
      @spec reply(GenServer.from(), term) :: :ok
      def reply(client, reply), do: GenServer.reply(client, reply)

      @doc """
      Runs a function with a message that came bare or enveloped. Its context is current while the
      function runs, and not after, however that ends.
      """
      @spec handle_message(term, (term -> result)) :: result when result: var
      def handle_message(message, fun), do: Glassine.Receiving.handle(@glassine, message, fun)

      @doc """
      Runs a function with the payload of bytes that came from outside the cluster.

      Options: `:trust`, which must be given: `:accept`, or `:drop` the context; `:fields`, `:none`
      or `:all`, whether baggage, text-map entries and unknown fields come in as well; `:cap`, the
      longest carrier that is looked into.
      """
      @spec handle_bytes(binary, keyword, (payload :: binary -> result)) :: result
            when result: var
      def handle_bytes(bytes, options, fun) do
        Glassine.Receiving.handle_bytes(@glassine, bytes, options, fun)
      end

      @doc """
      Runs a function while a context is current: at an edge that has read it from a header.
      """
      @spec with_context(Glassine.Context.t(), (() -> result)) :: result when result: var
      def with_context(%Glassine.Context{} = context, fun) do
        origin = Glassine.Origin.followed_by(nil, context)
        Glassine.Current.with_origin(@glassine, origin, nil, fn nil -> fun.() end)
      end

      @doc """
      Says that this process continues traces and never starts one: while no context is current, the
      decision against a trace is. For processes that see every message, such as sessions.
      """
      @spec continue_only() :: :ok
      def continue_only, do: Glassine.Current.rest(@glassine)

      @doc """
      A `receive` whose patterns are those of the messages, whether they come bare or enveloped. The
      context is current while a clause runs. As in `receive`, messages that no pattern fits stay in
      the mailbox.

          require MyApp.Guilds

          MyApp.Guilds.receive_traced do
            {:joined, user} when is_integer(user) -> user
          after
            1_000 -> :nobody
          end
      """
      defmacro receive_traced(clauses) do
        Glassine.Receive.expand(clauses, Macro.escape(@glassine))
      end
    end
  end
end
