# frozen_string_literal: true

require "json"
require "vagrant/util/busy"
require "vagrant/util/env"

module VagrantPlugins
  module Provision
    # One process of the tool: fed by standard input, heard line by line, interrupted as Vagrant is.
    class Run
      # Lines of the tool's own report that are kept for an error without any event.
      KEPT = 40

      # What the tool wrote to its standard error last.
      attr_reader :report

      def initialize(command, environment:, variables:)
        @command = command
        @environment = environment
        @variables = variables
        @report = []
      end

      # Yields each line of its standard output; gives its exit code.
      #
      # It leads a group of its own, so that Ctrl-C reaches it once, from here, and not a second
      # time from the terminal: twice means "at once" to it.
      def each_line(&block)
        output, error = start
        hearing = Thread.new { hear(error) }
        Vagrant::Util::Busy.busy(-> { interrupt }) { output.each_line(&block) }
        hearing.join
        exit_code
      ensure
        [output, error].compact.each(&:close)
        leave
      end

      private

      def start
        input, feed = IO.pipe
        output, says = IO.pipe
        error, tells = IO.pipe
        Vagrant::Util::Env.with_original_env do
          group = Vagrant::Util::Platform.windows? ? { new_pgroup: true } : { pgroup: true }
          @process = Process.spawn(
            @environment, *@command, in: input, out: says, err: tells, **group
          )
        end
        [input, says, tells].each(&:close)
        feed_variables(feed)
        [output, error].each { |pipe| pipe.set_encoding("UTF-8", invalid: :replace) }
      end

      def feed_variables(feed)
        feed.write(JSON.generate(@variables))
      rescue Errno::EPIPE
        nil # It ended before it read them, and says why.
      ensure
        feed.close
      end

      def hear(error)
        error.each_line do |line|
          @report << line.chomp
          @report.shift if @report.length > KEPT
        end
      rescue IOError
        nil
      end

      # Runs where only little is allowed: in the handler of a signal.
      def interrupt
        Process.kill("INT", @process) if @process
      rescue Errno::ESRCH
        nil
      end

      def exit_code
        _, status = Process.wait2(@process)
        @process = nil
        status.exitstatus || (128 + status.termsig)
      end

      # Vagrant itself was stopped: the tool was told, and stops at its next safe point.
      def leave
        Process.detach(@process) if @process
      end
    end
  end
end
