[inputs: ["mix.exs", ".formatter.exs", "{bench,lib,test}/**/*.{ex,exs}"]]
