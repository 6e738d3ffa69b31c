# frozen_string_literal: true

require "json"

module VagrantPlugins
  module Provision
    # Tells the tool's events in Vagrant's own way: prefixed with the machine, in its colours.
    class Narrator
      # Lines that are worth showing without `verbose`.
      TOLD = %w[phase warning error waiting].freeze
      MARKS = { "ok" => "ok", "changed" => "changed", "skipped" => "skipped" }.freeze

      # How the run ended, by its last event; nil until then.
      attr_reader :ending

      def initialize(interface, verbose:)
        @ui = interface
        @verbose = verbose
        @ending = nil
      end

      # Takes one line of the tool's standard output. Lines that are no event are passed over.
      def notice(line)
        event = JSON.parse(line)
        return unless event.is_a?(Hash)

        name = "on_#{event['event']}"
        send(name, event) if respond_to?(name, true)
      rescue JSON::ParserError
        nil
      end

      private

      def on_run_started(event)
        check = event["check"] ? " (check mode: nothing is changed)" : ""
        @ui.info("#{event['playbook']} on #{event['address']}#{check}")
      end

      def on_run_continued(event)
        done = event["resumed"] ? ": #{event['done']} tasks are done already" : ""
        @ui.info("#{event['reason']}#{done}")
      end

      def on_task_started(event)
        @ui.info("[#{event['number']}/#{event['total']}] #{event['task']}", bold: true)
      end

      def on_task_progress(event)
        return unless @verbose || TOLD.include?(event["kind"])

        @ui.detail("#{clock(event['elapsed'])} #{clean(event['text'])}")
      end

      def on_host_lost(event)
        @ui.detail("connection lost#{' as expected' if event['expected']}: #{clean(event['reason'])}")
      end

      def on_host_restarted(event)
        asked = event["expected"] ? "restarted as asked" : "restarted, and nobody asked for it"
        @ui.info("#{asked}; away for #{event['seconds'].round} s")
      end

      def on_warning(event)
        @ui.warn("WARNING #{event['issue']}: #{clean(event['brief'])}")
        @ui.detail(clean(event["remedy"])) unless event["remedy"].to_s.empty?
      end

      def on_verify_result(event)
        mark = event["passed"] ? "holds" : "DOES NOT HOLD"
        @ui.detail("#{event['check']}: #{mark} (#{clean(event['found'])})")
      end

      def on_task_finished(event)
        took = clock(event["seconds"])
        if (mark = MARKS[event["outcome"]])
          @ui.detail("#{mark} after #{took}")
        else
          @ui.error("#{event['outcome']} after #{took}: #{clean(event['reason'])}")
        end
      end

      def on_run_finished(event)
        @ending = event
        counts = event["counts"].map { |outcome, count| "#{count} #{outcome}" }.join(", ")
        told = "#{event['outcome']}: #{counts}; #{event['warnings']} warnings, " \
               "#{clock(event['seconds'])} on the host, #{clock(event['real_seconds'])} here"
        event["exit_code"].zero? ? @ui.success(told) : @ui.error(told)
      end

      def clock(seconds)
        minutes, rest = seconds.round.divmod(60)
        hours, minutes = minutes.divmod(60)
        return format("%<h>d:%<m>02d:%<s>02d", h: hours, m: minutes, s: rest) if hours.positive?

        format("%<m>d:%<s>02d", m: minutes, s: rest)
      end

      # The host's text must not drive the terminal.
      def clean(text)
        text.to_s.gsub(/[[:cntrl:]]+/, " ").strip
      end
    end
  end
end
