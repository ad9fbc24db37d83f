defmodule Glassine.Test.Fleet do
  # Nodes of the applications in test/fleet, on this machine's loopback, without a daemon: the test
  # is not a node itself, and asks them over their standard input and output.

  @sources Path.expand("../fleet", __DIR__)

  @doc "Compiles both releases, each by itself; gives their code paths."
  def compile(directory) do
    glassine = Path.dirname(to_string(:code.which(Glassine)))
    common = compile(directory, "common", [])
    old = [common, compile(directory, "old", [common])]
    new = [common, glassine, compile(directory, "new", [common, glassine])]
    %{old: old, new: new}
  end

  defp compile(directory, part, paths) do
    output = Path.join(directory, part)
    File.mkdir_p!(output)
    sources = Path.wildcard(Path.join([@sources, part, "*.ex"]))
    arguments = Enum.flat_map(paths, &["-pa", &1]) ++ ["--warnings-as-errors", "-o", output]
    {text, status} = System.cmd("elixirc", arguments ++ sources, stderr_to_stdout: true)
    if status != 0, do: raise("elixirc of #{part}: #{text}")
    output
  end

  @doc "A node's name, with a port that is free."
  def name(part) do
    {:ok, socket} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
    {:ok, port} = :inet.port(socket)
    :gen_tcp.close(socket)
    :"#{part}-#{port}"
  end

  @doc "Starts a node, linked to the caller, that knows the others."
  def start(name, paths, others) do
    elixir = Path.join(to_string(:code.lib_dir(:elixir)), "ebin")

    {:ok, peer, _node} =
      :peer.start_link(%{
        name: name,
        host: ~c"127.0.0.1",
        longnames: true,
        connection: :standard_io,
        args:
          Enum.map(
            ~w(-start_epmd false -epmd_module Elixir.Fleet.Epmd -setcookie glassine) ++
              ~w(-kernel inet_dist_use_interface {127,0,0,1} -kernel logger_level error) ++
              Enum.flat_map([elixir | paths], &["-pa", &1]),
            &to_charlist/1
          )
      })

    :ok = :peer.call(peer, Fleet.Node, :start, [])
    for other <- others, do: true = :peer.call(peer, :net_kernel, :connect_node, [other])
    peer
  end

  def stop(peer), do: :peer.stop(peer)
end
