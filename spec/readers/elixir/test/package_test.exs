defmodule Glassine.PackageTest do
  # What hex asks of a package, without hex; `check` runs `mix hex.build` too where hex is there.
  use ExUnit.Case, async: true

  @licences %{"MIT" => "LICENSE-MIT", "Apache-2.0" => "LICENSE-APACHE"}

  defp lacks(config) do
    package = Keyword.get(config, :package, [])
    files = Keyword.get(package, :files, [])
    licences = Keyword.get(package, :licenses, [])

    wrong = [
      app: not is_atom(config[:app]) or config[:app] == nil,
      version: Version.parse(config[:version] || "") == :error,
      elixir: Version.parse_requirement(config[:elixir] || "") == :error,
      description: String.length(config[:description] || "") not in 1..300,
      licenses: licences == [] or not Enum.all?(licences, &(@licences[&1] in files)),
      links: not is_map(package[:links]),
      files: "mix.exs" not in files or not Enum.all?(files, &File.exists?/1),
      # Each has to be a package of hex, of a version that is no pre-release.
      deps: config[:deps] != []
    ]

    for {what, true} <- wrong, do: what
  end

  defp put(config, key, value) do
    Keyword.update!(config, :package, &Keyword.put(&1, key, value))
  end

  test "the project says all that hex asks for" do
    config = Mix.Project.config()
    assert lacks(config) == []

    for {what, control} <- [
          version: Keyword.put(config, :version, "0.1"),
          elixir: Keyword.delete(config, :elixir),
          description: Keyword.delete(config, :description),
          description: Keyword.put(config, :description, String.duplicate("a", 301)),
          licenses: put(config, :licenses, []),
          licenses: put(config, :licenses, ["Apache 2"]),
          links: put(config, :links, nil),
          files:
            put(config, :files, ["lib", "mix.exs", "no such", "LICENSE-MIT", "LICENSE-APACHE"]),
          deps: Keyword.put(config, :deps, telemetry: "~> 1.0")
        ] do
      assert lacks(control) == [what]
    end
  end

  @tag timeout: 120_000
  test "its files alone compile, and do what the page says" do
    folder = Path.join(Mix.Project.build_path(), "package")
    File.rm_rf!(folder)
    File.mkdir_p!(folder)

    for file <- Mix.Project.config()[:package][:files],
        do: File.cp_r!(file, Path.join(folder, file))

    [_title, code | _rest] = String.split(File.read!("README.md"), ["```elixir\n", "```\n"])
    File.write!(Path.join(folder, "ten_lines.exs"), "IO.inspect((\n" <> code <> "\n))")

    assert {_compiled, 0} = mix(folder, ["compile", "--warnings-as-errors"])
    assert {answer, 0} = mix(folder, ["run", "--no-compile", "ten_lines.exs"])
    assert answer =~ "#Glassine.Context<00-#{String.duplicate("0", 29)}abc-0000000000000def-01>"

    # The control: a file that is not listed.
    File.rm!(Path.join(folder, "lib/glassine/hash.ex"))
    assert {_errors, 1} = mix(folder, ["compile", "--force", "--warnings-as-errors"])
  end

  defp mix(folder, arguments) do
    env = [{"MIX_ENV", "prod"}, {"MIX_BUILD_PATH", Path.join(folder, "_build")}]
    System.cmd("mix", arguments, cd: folder, env: env, stderr_to_stdout: true)
  end
end
