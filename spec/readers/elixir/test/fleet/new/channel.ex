defmodule Fleet.Channel do
  use Glassine.Channel
end
