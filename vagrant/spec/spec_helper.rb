# frozen_string_literal: true

require "tmpdir"
require "vagrant"
require_relative "../lib/vagrant-provision"
%w[config errors host_file narrator run tool].each do |name|
  require_relative "../lib/vagrant-provision/#{name}"
end

VagrantPlugins::Provision::Plugin.load_texts
