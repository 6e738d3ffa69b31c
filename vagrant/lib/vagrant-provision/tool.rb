# frozen_string_literal: true

require "vagrant/util/which"
require_relative "errors"

module VagrantPlugins
  module Provision
    # Finds the tool: where the Vagrantfile says, on the PATH, or as a module of a Python.
    module Tool
      PYTHONS = %w[python3 python py].freeze

      # Gives the words that begin the tool's command line.
      def self.find(configured)
        return check(Array(configured)) if configured

        path = Vagrant::Util::Which.which("provision")
        return [path] if path

        python = PYTHONS.filter_map { |name| Vagrant::Util::Which.which(name) }
                        .find { |one| module?(one) }
        return [python, "-m", "provision"] if python

        raise Errors::ToolNotFound, where: "on the PATH, nor as a module of #{PYTHONS.join(', ')}"
      end

      def self.check(words)
        found = words.any? && Vagrant::Util::Which.which(words.first)
        raise Errors::ToolNotFound, where: "as #{words.join(' ')}" unless found

        [found, *words.drop(1)]
      end

      def self.module?(python)
        code = "import sys, importlib.util as u; sys.exit(u.find_spec('provision.cli') is None)"
        Vagrant::Util::Env.with_original_env do
          system(python, "-c", code, out: File::NULL, err: File::NULL) || false
        end
      end

      private_class_method :check, :module?
    end
  end
end
