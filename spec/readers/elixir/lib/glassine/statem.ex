defmodule Glassine.Statem do
  @moduledoc """
  Does for the callbacks of a `:gen_statem` what `Glassine.Server` does for those of a `GenServer`.

      defmodule MyApp.Connection do
        @behaviour :gen_statem
        use Glassine.Statem, channel: MyApp.Guilds, states: [:closed, :open]

        @impl true
        def callback_mode, do: :state_functions

        @impl true
        def init(_), do: {:ok, :closed, nil}

        def closed(:cast, :open, data), do: {:next_state, :open, data}
        def open({:call, from}, :ping, _data), do: {:keep_state_and_data, [{:reply, from, :pong}]}
      end

  It holds for events of every type, and again for an event that was postponed.

  Options: those of `Glassine.Server`, and `:states`, the names of the state functions. A module with
  `handle_event/4` needs none.
  """

  @doc false
  defmacro __using__(options) do
    quote do
      @glassine_states Keyword.get(unquote(options), :states, [])
      @glassine_server Glassine.Server.config(Keyword.delete(unquote(options), :states))
      @before_compile Glassine.Statem
    end
  end

  @doc false
  defmacro __before_compile__(env) do
    {config, continue_only} = Module.get_attribute(env.module, :glassine_server)
    states = Module.get_attribute(env.module, :glassine_states)

    for {name, arity} <- [handle_event: 4] ++ Enum.map(states, &{&1, 3}),
        defines?(env, name, arity) do
      override = Glassine.Server.override(name, arity, 1, config, continue_only)
      if name == :handle_event, do: [Glassine.Server.impl(env.module), override], else: override
    end
  end

  defp defines?(env, name, arity) do
    cond do
      Module.defines?(env.module, {name, arity}, :def) ->
        true

      name == :handle_event ->
        false

      true ->
        raise CompileError,
          file: env.file,
          line: env.line,
          description: "there is no state function #{name}/#{arity}"
    end
  end
end
