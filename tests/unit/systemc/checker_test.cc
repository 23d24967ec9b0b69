// tests/unit/systemc/checker_test.cc - the protocol checker finds each rule
// that is broken on purpose, and nothing where none is.
#include "child.h"
#include "sim/systemc/npu_protocol_checker.hpp"
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

namespace
{
using tlm::tlm_generic_payload;
using tlm::tlm_phase;
using tlm::tlm_sync_enum;

// A payload and the memory manager that the base protocol asks for.
struct Payload : tlm::tlm_mm_interface {
	tlm_generic_payload p;
	uint8_t data[64] = {}, enables[64] = {};

	explicit Payload(tlm::tlm_command command = tlm::TLM_READ_COMMAND,
			 bool has_manager = true)
	{
		p.set_mm(has_manager ? this : nullptr);
		p.set_command(command);
		p.set_address(0x40);
		p.set_data_ptr(data);
		p.set_data_length(64);
		p.set_streaming_width(64);
		p.set_byte_enable_ptr(nullptr);
		p.set_byte_enable_length(0);
		p.set_dmi_allowed(false);
		p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
		if (has_manager)
			p.acquire();
	}
	void free(tlm_generic_payload *) override
	{
	}
};

// Both ends of the checked link; what the target does is the case's.
struct Link : sc_core::sc_module {
	tlm_utils::simple_initiator_socket<Link> from{ "from" };
	tlm_utils::passthrough_target_socket<Link> to{ "to" };
	npu_protocol_checker checker{ "checker" };
	std::function<void(Link &)> script;
	std::function<void(tlm_generic_payload &, sc_core::sc_time &)> blocking;
	std::function<tlm_sync_enum(tlm_generic_payload &, tlm_phase &,
				    sc_core::sc_time &)>
		forward, backward;

	SC_HAS_PROCESS(Link);
	explicit Link(sc_core::sc_module_name name) : sc_module(name)
	{
		from.bind(checker.target);
		checker.initiator.bind(to);
		from.register_nb_transport_bw(this, &Link::bw);
		to.register_b_transport(this, &Link::b);
		to.register_nb_transport_fw(this, &Link::fw);
		to.register_get_direct_mem_ptr(this, &Link::dmi);
		to.register_transport_dbg(this, &Link::debug);
		SC_THREAD(run);
	}
	void run()
	{
		script(*this);
	}
	void b(tlm_generic_payload &p, sc_core::sc_time &t)
	{
		if (blocking)
			blocking(p, t);
		else
			p.set_response_status(tlm::TLM_OK_RESPONSE);
	}
	tlm_sync_enum fw(tlm_generic_payload &p, tlm_phase &f,
			 sc_core::sc_time &t)
	{
		return forward ? forward(p, f, t) : tlm::TLM_ACCEPTED;
	}
	tlm_sync_enum bw(tlm_generic_payload &p, tlm_phase &f,
			 sc_core::sc_time &t)
	{
		return backward ? backward(p, f, t) : tlm::TLM_ACCEPTED;
	}
	bool dmi(tlm_generic_payload &, tlm::tlm_dmi &d)
	{
		d.set_dmi_ptr(reinterpret_cast<unsigned char *>(this));
		d.set_start_address(0x1000);
		d.set_end_address(0x1fff);
		return true;
	}
	unsigned debug(tlm_generic_payload &p)
	{
		return p.get_data_length() + 1;
	}

	// Calls of either side.
	tlm_sync_enum send(Payload &p, tlm_phase phase, double ns = 0)
	{
		sc_core::sc_time t(ns, sc_core::SC_NS);
		return from->nb_transport_fw(p.p, phase, t);
	}
	tlm_sync_enum reply(Payload &p, tlm_phase phase, double ns = 0)
	{
		sc_core::sc_time t(ns, sc_core::SC_NS);
		if (phase == tlm::BEGIN_RESP)
			p.p.set_response_status(tlm::TLM_OK_RESPONSE);
		return to->nb_transport_bw(p.p, phase, t);
	}
	void call(Payload &p, double ns = 0)
	{
		sc_core::sc_time t(ns, sc_core::SC_NS);
		from->b_transport(p.p, t);
	}
};

// Rules that a script breaks, in order; by the name before the colon.
std::vector<std::string> broken(const std::function<void(Link &)> &script)
{
	const Outcome o = in_child([&](Outcome &out) {
		Link link("link");
		link.script = script;
		sc_core::sc_start();
		link.checker.expect_all_ended();
		out.problems = link.checker.violations();
	});
	EXPECT_EQ(o.exit_code, 0);
	std::vector<std::string> rules;
	for (const std::string &p : o.problems)
		rules.push_back(p.substr(0, p.find(':')));
	return rules;
}

using Rules = std::vector<std::string>;
const tlm_phase begin_req = tlm::BEGIN_REQ, end_req = tlm::END_REQ,
		begin_resp = tlm::BEGIN_RESP, end_resp = tlm::END_RESP;
} // namespace

TEST(SystemcChecker, GoodTransactionsBreakNothing)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p, w(tlm::TLM_WRITE_COMMAND), b;
			  l.call(b, 5);
			  l.send(p, begin_req);
			  l.reply(p, end_req);
			  l.send(w, begin_req, 1);
			  l.reply(p, begin_resp, 2);
			  l.send(p, end_resp, 2);
			  l.reply(w, begin_resp, 3);
			  l.send(w, end_resp, 3);
		  }),
		  Rules());
	EXPECT_EQ(broken([](Link &l) { // answers in returns
			  Payload p;
			  l.forward = [](auto &q, auto &phase, auto &t) {
				  if (phase == end_resp)
					  return tlm::TLM_COMPLETED;
				  q.set_response_status(tlm::TLM_OK_RESPONSE);
				  phase = begin_resp;
				  t += sc_core::sc_time(1, sc_core::SC_NS);
				  return tlm::TLM_UPDATED;
			  };
			  l.send(p, begin_req);
			  l.send(p, end_resp, 1);
		  }),
		  Rules());
}

TEST(SystemcChecker, AttributesThatAnInitiatorMustSet)
{
	const auto with = [](const std::function<void(Payload &)> &change) {
		return broken([&](Link &l) {
			Payload p(tlm::TLM_WRITE_COMMAND);
			change(p);
			l.call(p);
		});
	};
	EXPECT_EQ(with([](Payload &p) {
			  p.p.set_response_status(tlm::TLM_OK_RESPONSE);
		  }),
		  Rules{ "begin.status" });
	EXPECT_EQ(with([](Payload &p) { p.p.set_dmi_allowed(true); }),
		  Rules{ "begin.dmi" });
	EXPECT_EQ(with([](Payload &p) { p.p.set_data_ptr(nullptr); }),
		  Rules{ "begin.data" });
	EXPECT_EQ(with([](Payload &p) { p.p.set_streaming_width(0); }),
		  Rules{ "begin.width" });
	EXPECT_EQ(with([](Payload &p) { p.p.set_byte_enable_ptr(p.enables); }),
		  Rules{ "begin.enables" });
}

TEST(SystemcChecker, WhatNobodyMayChange)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.blocking = [](auto &q, auto &) {
				  q.set_data_length(32);
				  q.set_response_status(tlm::TLM_OK_RESPONSE);
			  };
			  l.call(p);
		  }),
		  Rules{ "attributes" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p(tlm::TLM_WRITE_COMMAND);
			  l.send(p, begin_req);
			  p.data[3] ^= 1;
			  l.reply(p, end_req);
			  p.data[3] ^= 1;
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
		  }),
		  Rules{ "arrays" });
}

TEST(SystemcChecker, ResponsesAreComplete)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.blocking = [](auto &, auto &) {};
			  l.call(p);
		  }),
		  Rules{ "response.status" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.forward = [](auto &, auto &, auto &) {
				  return tlm::TLM_COMPLETED;
			  };
			  l.send(p, begin_req);
		  }),
		  Rules{ "response.status" });
}

TEST(SystemcChecker, PhasesComeInTheirOrderAndFromTheirSide)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.reply(p, begin_resp);
		  }),
		  Rules{ "phase.order" });
	EXPECT_EQ(broken([](Link &l) { // response before the request's end
			  Payload p;
			  l.send(p, begin_req);
			  l.reply(p, begin_resp);
			  l.reply(p, end_req);
			  l.send(p, end_resp);
		  }),
		  Rules{ "phase.order" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.send(p, begin_req);
			  l.send(p, begin_req);
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
		  }),
		  Rules{ "phase.order" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.send(p, begin_req);
			  l.send(p, end_req);
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
		  }),
		  Rules{ "phase.side" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.send(p, begin_req);
			  l.reply(p, end_req);
		  }),
		  Rules{ "ends" });
}

TEST(SystemcChecker, OneRequestAndOneResponseAtATime)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p, q;
			  l.send(p, begin_req);
			  l.send(q, begin_req);
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
			  l.reply(q, begin_resp);
			  l.send(q, end_resp);
		  }),
		  Rules{ "request.exclusion" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p, q;
			  l.send(p, begin_req);
			  l.reply(p, end_req);
			  l.send(q, begin_req);
			  l.reply(q, end_req);
			  l.reply(p, begin_resp);
			  l.reply(q, begin_resp);
			  l.send(p, end_resp);
			  l.send(q, end_resp);
		  }),
		  Rules{ "response.exclusion" });
}

TEST(SystemcChecker, ReturnsSayWhatTheyMean)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.forward = [](auto &, auto &phase, auto &) {
				  if (phase == begin_req)
					  phase = end_req;
				  return tlm::TLM_ACCEPTED;
			  };
			  l.send(p, begin_req);
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
		  }),
		  Rules{ "return.accepted" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.forward = [](auto &, auto &phase, auto &) {
				  return phase == begin_req
						 ? tlm::TLM_UPDATED
						 : tlm::TLM_COMPLETED;
			  };
			  l.send(p, begin_req);
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
		  }),
		  Rules{ "return.updated" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.backward = [](auto &, auto &, auto &) {
				  return tlm::TLM_COMPLETED;
			  };
			  l.send(p, begin_req);
			  l.reply(p, end_req);
		  }),
		  Rules{ "return.completed" });
}

TEST(SystemcChecker, TimeDoesNotRunBack)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.blocking = [](auto &q, auto &t) {
				  q.set_response_status(tlm::TLM_OK_RESPONSE);
				  t = sc_core::SC_ZERO_TIME;
			  };
			  l.call(p, 5);
		  }),
		  Rules{ "time" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.send(p, begin_req, 5);
			  l.reply(p, begin_resp, 4);
			  l.send(p, end_resp, 4);
		  }),
		  Rules{ "time" });
}

TEST(SystemcChecker, ManagersMixturesDebugAndDmi)
{
	EXPECT_EQ(broken([](Link &l) {
			  Payload p(tlm::TLM_READ_COMMAND, false);
			  l.send(p, begin_req);
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
		  }),
		  Rules{ "memory.manager" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  l.send(p, begin_req);
			  l.call(p);
			  l.reply(p, begin_resp);
			  l.send(p, end_resp);
		  }),
		  Rules{ "mixed" });
	EXPECT_EQ(broken([](Link &l) {
			  Payload p;
			  tlm::tlm_dmi d;
			  l.from->get_direct_mem_ptr(p.p, d);
			  l.from->transport_dbg(p.p);
		  }),
		  (Rules{ "dmi", "debug" }));
}
