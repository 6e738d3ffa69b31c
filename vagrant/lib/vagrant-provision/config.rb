# frozen_string_literal: true

module VagrantPlugins
  module Provision
    # The options of the provisioner, as a Vagrantfile sets them.
    class Config < Vagrant.plugin("2", :config)
      # Path of the playbook, relative to the Vagrantfile. Needed.
      attr_accessor :playbook

      # Variables for the playbook: a Hash. They reach the tool by its standard input alone.
      attr_accessor :vars

      # End with 5 after a warning that no task expects.
      attr_accessor :strict

      # Change nothing; say what would change.
      attr_accessor :check

      # Only tasks with one of these tags: an Array, or a String with commas.
      attr_accessor :tags

      # Skip the tasks before the one of this name.
      attr_accessor :start_at

      # Begin anew instead of going on with an unfinished run.
      attr_accessor :fresh

      # Take the machine from another run that is gone.
      attr_accessor :take_over

      # Show every line that the host's installers write.
      attr_accessor :verbose

      # What to run: a String or an Array of words. Sought on the PATH when left out.
      attr_accessor :tool

      # How we prove who we are, if it is not what follows from `config.winrm`: "ntlm", "basic", …
      attr_accessor :auth

      # A file of certificates to trust for HTTPS, PEM; relative to the Vagrantfile.
      attr_accessor :ca

      # Further settings of the host, as a host file has them; they win over what was found.
      attr_accessor :host

      SWITCHES = %i[strict check fresh take_over verbose].freeze
      TEXTS = %i[playbook start_at auth ca].freeze

      def initialize
        super
        (SWITCHES + TEXTS + %i[vars tags tool host]).each { |name| set(name, UNSET_VALUE) }
      end

      def finalize!
        SWITCHES.each { |name| set(name, false) if get(name) == UNSET_VALUE }
        (TEXTS + %i[tool]).each { |name| set(name, nil) if get(name) == UNSET_VALUE }
        @vars = {} if @vars == UNSET_VALUE
        @host = {} if @host == UNSET_VALUE
        @tags = [] if @tags == UNSET_VALUE
        @tags = @tags.split(",").map(&:strip) if @tags.is_a?(String)
      end

      # Two provisioners with variables: those of the later one win, name by name.
      def merge(other)
        super.tap do |merged|
          if vars.is_a?(Hash) && other.vars.is_a?(Hash)
            merged.vars = vars.merge(other.vars)
          end
        end
      end

      def validate(machine)
        found = _detected_errors
        found += [complaint(:playbook_needed)] if playbook.to_s.empty?
        found += text_complaints + type_complaints + variable_complaints
        found += file_complaints(machine)
        { "provision" => found }
      end

      private

      def get(name)
        instance_variable_get(:"@#{name}")
      end

      def set(name, value)
        instance_variable_set(:"@#{name}", value)
      end

      def complaint(key, **values)
        I18n.t("vagrant_provision.config.#{key}", **values)
      end

      def text_complaints
        wrong = TEXTS.reject { |name| get(name).nil? || get(name).is_a?(String) }
        wrong.map { |name| complaint(:not_text, name: name) }
      end

      def type_complaints
        found = SWITCHES.reject { |name| [true, false].include?(get(name)) }
                        .map { |name| complaint(:not_a_switch, name: name) }
        found << complaint(:not_a_hash, name: :vars) unless vars.is_a?(Hash)
        found << complaint(:not_a_hash, name: :host) unless host.is_a?(Hash)
        found << complaint(:not_tags) unless words?(tags)
        found << complaint(:not_a_tool) unless tool.nil? || tool.is_a?(String) || words?(tool)
        found
      end

      def variable_complaints
        return [] unless vars.is_a?(Hash)

        wrong = vars.keys.reject { |name| name.to_s.match?(/\A[A-Za-z_]\w*\z/) }
        wrong.map { |name| complaint(:not_a_name, name: name) }
      end

      def file_complaints(machine)
        { playbook: playbook, ca: ca }.filter_map do |name, path|
          next unless path.is_a?(String) && !path.empty?

          full = File.expand_path(path, machine.env.root_path)
          complaint(:file_missing, name: name, path: full) unless File.file?(full)
        end
      end

      def words?(value)
        value.is_a?(Array) && value.all?(String)
      end
    end
  end
end
