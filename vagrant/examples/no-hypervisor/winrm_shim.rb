# frozen_string_literal: true

# Debian's Vagrant comes without the gem `winrm`, and then no Vagrantfile with
# `config.vm.communicator = "winrm"` can be loaded. The provisioner brings its own WinRM, so a
# communicator that only says "ready" is enough. Where the gem is installed, this does nothing.
begin
  require "winrm"
rescue LoadError
  module NoHypervisor
    # Stands in for Vagrant's own communicator.
    class ReadyCommunicator < Vagrant.plugin("2", :communicator)
      def self.match?(_machine)
        true
      end

      def initialize(machine)
        super(machine)
        @machine = machine
      end

      def ready?
        true
      end

      def wait_for_ready(_seconds)
        true
      end
    end

    # Replaces the communicator that cannot be loaded.
    class ShimPlugin < Vagrant.plugin("2")
      name "winrm without its gem"

      communicator("winrm") { ReadyCommunicator }
    end
  end
end
