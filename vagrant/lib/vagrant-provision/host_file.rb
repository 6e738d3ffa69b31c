# frozen_string_literal: true

require "fileutils"
require "yaml"
require_relative "errors"

module VagrantPlugins
  module Provision
    # Describes a Vagrant machine as a host of the tool. Never writes a secret: the password goes
    # by the environment, and variables by standard input.
    class HostFile
      PASSWORD_VARIABLE = "PROVISION_VAGRANT_PASSWORD"

      # Vagrant's names of transports, and what the tool calls them.
      TRANSPORTS = {
        negotiate: { "scheme" => "http", "auth" => "ntlm" },
        plaintext: { "scheme" => "http", "auth" => "basic" },
        ssl: { "scheme" => "https", "auth" => "ntlm" },
        kerberos: { "scheme" => "http", "auth" => "kerberos" }
      }.freeze

      def initialize(machine, config)
        @machine = machine
        @config = config
      end

      # Writes the file beside the tool's journal, in the machine's own folder, which Vagrant
      # empties when the machine is destroyed. Gives its path.
      def write
        folder = @machine.data_dir.join("provision")
        FileUtils.mkdir_p(folder)
        path = folder.join("host.yml")
        File.write(path, YAML.dump(to_h), perm: 0o600)
        path.to_s
      end

      def to_h
        described = {
          "name" => @machine.name.to_s.gsub(/[^\w.-]/, "-"),
          "playbook" => expand(@config.playbook)
        }
        described["winrm"] = winrm
        merge(described, stringify(@config.host))
      end

      # Environment variables for the tool.
      def environment
        { PASSWORD_VARIABLE => @machine.config.winrm.password.to_s }
      end

      private

      def winrm
        info = address
        settings = @machine.config.winrm
        found = {
          "address" => info[:host].to_s,
          "port" => info[:port].to_i,
          "user" => settings.username.to_s,
          "password" => { "env" => PASSWORD_VARIABLE }
        }.merge(transport(settings))
        found["auth"] = @config.auth if @config.auth
        found["ca"] = expand(@config.ca) if @config.ca
        found
      end

      def address
        require Vagrant.source_root.join("plugins/communicators/winrm/helper").to_s
        CommunicatorWinRM::Helper.winrm_info(@machine)
      end

      def transport(settings)
        name = settings.transport.to_sym
        found = TRANSPORTS.fetch(name) do
          raise Errors::UnknownTransport, name: name, known: TRANSPORTS.keys.join(", ")
        end
        found = found.merge("auth" => "basic") if name == :ssl && settings.basic_auth_only
        found = found.merge("verify" => false) if name == :ssl && !settings.ssl_peer_verification
        found
      end

      def expand(path)
        File.expand_path(path, @machine.env.root_path)
      end

      def stringify(value)
        case value
        when Hash then value.to_h { |key, item| [key.to_s, stringify(item)] }
        when Array then value.map { |item| stringify(item) }
        when Symbol then value.to_s
        else value
        end
      end

      def merge(under, over)
        under.merge(over) do |_key, old, new|
          old.is_a?(Hash) && new.is_a?(Hash) && !old.key?("env") ? merge(old, new) : new
        end
      end
    end
  end
end
