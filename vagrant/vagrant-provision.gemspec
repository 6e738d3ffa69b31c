# frozen_string_literal: true

require_relative "lib/vagrant-provision/version"

Gem::Specification.new do |spec|
  spec.name = "vagrant-provision"
  spec.version = VagrantPlugins::Provision::VERSION
  spec.summary = "Builds Windows machines with provision"
  spec.description = "A Vagrant provisioner that runs a provision playbook over WinRM, through " \
                     "the restarts in the middle, and goes on where it was interrupted."
  spec.authors = ["provision"]
  spec.homepage = "https://example.com/provision"
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.0"
  spec.files = Dir["lib/**/*.rb", "locales/*.yml", "README.md"]
  spec.require_paths = ["lib"]
end
