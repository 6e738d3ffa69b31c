# frozen_string_literal: true

module VagrantPlugins
  module Provision
    module Errors
      # What all errors of this plugin have in common: their texts' place.
      class Base < Vagrant::Errors::VagrantError
        error_namespace("vagrant_provision.errors")
      end

      # The tool is not installed, or not where the Vagrantfile says.
      class ToolNotFound < Base
        error_key(:tool_not_found)
      end

      # The machine is reached in a way that the tool does not know.
      class UnknownTransport < Base
        error_key(:unknown_transport)
      end

      # The tool ended with another exit code than 0, which becomes Vagrant's own.
      class Failed < Base
        error_key(:failed)

        def status_code
          @extra_data.fetch(:code)
        end
      end
    end
  end
end
