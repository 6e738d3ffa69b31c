# frozen_string_literal: true

require "vagrant"

module VagrantPlugins
  module Provision
    # Adds `config.vm.provision "provision", playbook: ...` to Vagrant.
    class Plugin < Vagrant.plugin("2")
      name "provision"
      description "Builds Windows machines with provision."

      config(:provision, :provisioner) do
        Plugin.load_texts
        require_relative "config"
        Config
      end

      provisioner(:provision) do
        Plugin.load_texts
        require_relative "provisioner"
        Provisioner
      end

      def self.load_texts
        path = File.expand_path("../../locales/en.yml", __dir__)
        return if I18n.load_path.include?(path)

        I18n.load_path << path
        I18n.reload!
      end
    end
  end
end
