defmodule Glassine.Server do
  @moduledoc """
  Lets the callbacks of a `GenServer` see messages as they were sent, whether they came bare or
  enveloped, and makes the context current while a callback runs.

      defmodule MyApp.Session do
        use GenServer
        use Glassine.Server, channel: MyApp.Guilds, continue_only: true

        @impl true
        def init(user), do: {:ok, user}

        @impl true
        def handle_cast({:post, text}, user), do: {:noreply, user}
      end

  It holds for `handle_call/3`, `handle_cast/2`, `handle_info/2` and `handle_continue/2`, as far as
  the module defines them itself. To carry a context into `handle_continue/2`, wrap what is given to it:
  `{:noreply, state, {:continue, MyApp.Guilds.wrap(:load)}}`.

  Options:

    * `:channel`, a `Glassine.Channel`; `Glassine` unless it is given.
    * `:continue_only`, whether this module's processes continue traces and never start one.
  """

  @callbacks [handle_call: 3, handle_cast: 2, handle_info: 2, handle_continue: 2]

  @doc false
  defmacro __using__(options) do
    quote do
      @glassine_server Glassine.Server.config(unquote(options))
      @before_compile Glassine.Server
    end
  end

  @doc false
  # What the callbacks are handled with: the channel's config, and what the module adds to it.
  def config(options) do
    options = Keyword.validate!(options, channel: Glassine, continue_only: false)
    {options[:channel].__glassine__(), options[:continue_only]}
  end

  @doc false
  defmacro __before_compile__(env) do
    {config, continue_only} = Module.get_attribute(env.module, :glassine_server)

    for {name, arity} <- @callbacks, own?(env.module, {name, arity}) do
      [impl(env.module), override(name, arity, 0, config, continue_only)]
    end
  end

  # Those that `use GenServer` brings along log or refuse a message, whatever it is.
  defp own?(module, callback) do
    case Module.get_definition(module, callback) do
      {:v1, :def, meta, _clauses} -> Keyword.get(meta, :context) != GenServer
      _other -> false
    end
  end

  @doc false
  # Whoever has said of one callback that it is one says it of all.
  def impl(module) do
    if Module.get_attribute(module, :behaviour) != [], do: quote(do: @impl(true))
  end

  @doc false
  # Overrides a callback whose argument number `at` is the message.
  def override(name, arity, at, config, continue_only) do
    arguments = Macro.generate_arguments(arity, __MODULE__)
    message = Enum.at(arguments, at)
    inner = Macro.var(:inner, __MODULE__)
    config = Macro.escape(config)

    quote generated: true do
      defoverridable [{unquote(name), unquote(arity)}]

      def unquote(name)(unquote_splicing(arguments)) do
        unquote(if continue_only, do: quote(do: Glassine.Current.rest(unquote(config))))

        case unquote(message) do
          {:"$glassine", _, _} ->
            Glassine.Receiving.handle(unquote(config), unquote(message), fn unquote(inner) ->
              super(unquote_splicing(List.replace_at(arguments, at, inner)))
            end)

          _bare ->
            super(unquote_splicing(arguments))
        end
      end
    end
  end
end
