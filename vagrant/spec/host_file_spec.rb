# frozen_string_literal: true

require_relative "spec_helper"

RSpec.describe VagrantPlugins::Provision::HostFile do
  let(:winrm) do
    double(username: "vagrant", password: "hidden", transport: :negotiate,
           basic_auth_only: false, ssl_peer_verification: true)
  end
  let(:config) { double(playbook: "site.yml", auth: nil, ca: nil, host: {}) }
  let(:machine) do
    provider = double(capability?: true, capability: { host: "192.0.2.7", port: 55_985 })
    double(name: :"build 01", provider: provider, config: double(winrm: winrm),
           env: double(root_path: "/project"), data_dir: Pathname.new(Dir.mktmpdir))
  end
  let(:file) { described_class.new(machine, config) }

  after { FileUtils.rm_rf(machine.data_dir) }

  it "describes the machine as Vagrant reaches it" do
    expect(file.to_h).to eq(
      "name" => "build-01",
      "playbook" => "/project/site.yml",
      "winrm" => {
        "address" => "192.0.2.7", "port" => 55_985, "user" => "vagrant",
        "password" => { "env" => described_class::PASSWORD_VARIABLE },
        "scheme" => "http", "auth" => "ntlm"
      }
    )
  end

  {
    [:plaintext, false, true] => { "scheme" => "http", "auth" => "basic" },
    [:ssl, false, true] => { "scheme" => "https", "auth" => "ntlm" },
    [:ssl, true, false] => { "scheme" => "https", "auth" => "basic", "verify" => false },
    [:kerberos, false, true] => { "scheme" => "http", "auth" => "kerberos" }
  }.each do |(transport, basic, verify), expected|
    it "knows #{transport} (basic only: #{basic}, verified: #{verify})" do
      allow(winrm).to receive_messages(transport: transport, basic_auth_only: basic,
                                       ssl_peer_verification: verify)
      expect(file.to_h["winrm"]).to include(expected)
    end
  end

  it "refuses a transport that nobody knows" do
    allow(winrm).to receive(:transport).and_return(:pigeon)
    expect { file.to_h }.to raise_error(VagrantPlugins::Provision::Errors::UnknownTransport)
  end

  it "lets the Vagrantfile's own settings win" do
    allow(config).to receive(:host).and_return({ winrm: { port: 1, operation_timeout: 60 } })
    expect(file.to_h["winrm"]).to include("port" => 1, "operation_timeout" => 60,
                                          "address" => "192.0.2.7")
  end

  it "writes no password, for nobody else to read" do
    path = file.write
    expect(File.read(path)).not_to include("hidden")
    expect(format("%o", File.stat(path).mode & 0o777)).to eq("600")
    expect(file.environment.values).to eq(["hidden"])
  end
end
