# frozen_string_literal: true

require "securerandom"

# A provider without a machine: somebody else serves the host, and `winrm_info` says where.
module NoHypervisor
  # Where the host is served.
  module WinRMInfo
    def self.winrm_info(_machine)
      { host: "127.0.0.1", port: Integer(ENV.fetch("SIMULATED_HOST_PORT")) }
    end
  end

  # Makes nothing, remembers an id, provisions.
  class Provider < Vagrant.plugin("2", :provider)
    # Gives the machine its id.
    class Create
      def initialize(app, _env)
        @app = app
      end

      def call(env)
        env[:machine].id ||= SecureRandom.uuid
        @app.call(env)
      end
    end

    # Takes the id away, and with it all that Vagrant kept of the machine.
    class Forget
      def initialize(app, _env)
        @app = app
      end

      def call(env)
        env[:machine].id = nil
        @app.call(env)
      end
    end

    def initialize(machine)
      super(machine)
      @machine = machine
    end

    def action(name)
      builder = Vagrant::Action::Builder
      provision = Vagrant::Action::Builtin::Provision
      validate = Vagrant::Action::Builtin::ConfigValidate
      case name
      when :up then builder.new.tap { |b| [validate, provision, Create].each { |a| b.use(a) } }
      when :provision then builder.new.tap { |b| [validate, provision].each { |a| b.use(a) } }
      when :destroy then builder.new.tap { |b| b.use(Forget) }
      end
    end

    def state
      name = @machine.id ? :running : :not_created
      Vagrant::MachineState.new(name, name.to_s.tr("_", " "), "There is no machine behind it.")
    end

    def ssh_info
      nil
    end
  end

  # Registers the provider.
  class ProviderPlugin < Vagrant.plugin("2")
    name "null provider"

    provider(:null, box_optional: true, parallel: true) { Provider }
    provider_capability(:null, :winrm_info) { WinRMInfo }
  end
end
