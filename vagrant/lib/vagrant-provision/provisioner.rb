# frozen_string_literal: true

require_relative "errors"
require_relative "host_file"
require_relative "narrator"
require_relative "run"
require_relative "tool"

module VagrantPlugins
  module Provision
    # Runs the playbook on a machine. What an interrupted run had done is not done again: the
    # tool's journal lies in the machine's folder.
    class Provisioner < Vagrant.plugin("2", :provisioner)
      INTERRUPTED = 130

      def provision
        tool = Tool.find(config.tool)
        file = HostFile.new(machine, config)
        narrator = Narrator.new(machine.ui, verbose: config.verbose)
        run = Run.new(
          tool + arguments(file.write),
          environment: file.environment,
          variables: config.vars
        )
        code = run.each_line { |line| narrator.notice(line) }
        fail_with(code, narrator.ending, run.report) unless code.zero?
      end

      private

      def arguments(host_file)
        words = ["up", host_file, "--events", "-", "--no-color", "--var-file", "-"]
        words += ["--tags", config.tags.join(",")] if config.tags.any?
        words += ["--start-at", config.start_at] if config.start_at
        switches = { strict: "--strict", check: "--check", fresh: "--fresh", take_over: "--take-over" }
        words + switches.filter_map { |name, word| word if config.public_send(name) }
      end

      def fail_with(code, ending, report)
        told = [ending && ending["message"], ending && ending["remedy"]]
        told = told.compact.reject(&:empty?)
        told = report if told.empty?
        again = I18n.t("vagrant_provision.again.#{code == INTERRUPTED ? 'interrupted' : 'failed'}")
        raise Errors::Failed, code: code, told: told.join("\n"), again: again
      end
    end
  end
end
