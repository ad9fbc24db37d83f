defmodule Glassine.MixProject do
  use Mix.Project

  def project do
    [
      app: :glassine,
      version: "0.1.0",
      elixir: "~> 1.14",
      elixirc_paths: elixirc_paths(Mix.env()),
      description: "Trace contexts for actor mailboxes, and for any payload without headers",
      package: package(),
      deps: []
    ]
  end

  def application do
    [extra_applications: extra_applications(Mix.env())]
  end

  # jiffy and proper are in Debian, as erlang-jiffy and erlang-proper.
  defp extra_applications(:test), do: [:crypto, :logger, :jiffy, :proper]
  defp extra_applications(_env), do: []

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_env), do: ["lib"]

  defp package do
    [
      licenses: ["MIT", "Apache-2.0"],
      links: %{},
      files: ["lib", "mix.exs", "README.md", "LICENSE-MIT", "LICENSE-APACHE"]
    ]
  end
end
