# frozen_string_literal: true

require_relative "vagrant-provision/version"
require_relative "vagrant-provision/plugin"
