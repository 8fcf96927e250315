import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Calendar;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.oozie.CoordinatorActionBean;
import org.apache.oozie.CoordinatorJobBean;
import org.apache.oozie.DagELFunctions;
import org.apache.oozie.WorkflowActionBean;
import org.apache.oozie.WorkflowJobBean;
import org.apache.oozie.client.CoordinatorJob;
import org.apache.oozie.client.OozieClient;
import org.apache.oozie.command.wf.SubmitXCommand;
import org.apache.oozie.command.coord.CoordCommandUtils;
import org.apache.oozie.command.coord.CoordMaterializeTransitionXCommand;
import org.apache.oozie.command.coord.CoordSubmitXCommand;
import org.apache.oozie.coord.CoordELConstants;
import org.apache.oozie.coord.CoordELEvaluator;
import org.apache.oozie.coord.CoordELFunctions;
import org.apache.oozie.coord.SyncCoordAction;
import org.apache.oozie.coord.TimeUnit;
import org.apache.oozie.dependency.FSURIHandler;
import org.apache.oozie.dependency.URIHandler;
import org.apache.oozie.service.ELService;
import org.apache.oozie.service.LiteWorkflowStoreService;
import org.apache.oozie.service.SchemaService;
import org.apache.oozie.service.Services;
import org.apache.oozie.service.URIHandlerService;
import org.apache.oozie.util.DateUtils;
import org.apache.oozie.util.ELEvaluator;
import org.apache.oozie.util.ParamChecker;
import org.apache.oozie.util.XConfiguration;
import org.apache.oozie.util.XmlUtils;
import org.apache.oozie.workflow.lite.EndNodeDef;
import org.apache.oozie.workflow.lite.LiteWorkflowApp;
import org.apache.oozie.workflow.lite.LiteWorkflowAppParser;
import org.apache.oozie.workflow.lite.LiteWorkflowInstance;
import org.apache.oozie.workflow.lite.StartNodeDef;
import org.jdom.Element;

/**
 * Answers questions about Oozie by its own classes: a line a question, fields divided by tabs; a line an
 * answer. An answer that begins with `!` is an exception's class and message.
 */
public class Oracle {
    /** The instances that exist, as their URIs. */
    static final Set<String> existing = new HashSet<>();

    /** Looks for instances in a set instead of a file system. */
    public static class Handler extends FSURIHandler {
        @Override public void init(Configuration conf) {}
        @Override public Context getContext(URI uri, Configuration conf, String user, boolean readOnly) { return null; }
        @Override public boolean exists(URI uri, Context context) { return existing.contains(uri.toString()); }
        @Override public boolean exists(URI uri, Configuration conf, String user) { return true; }
        @Override public void validate(String uri) {}
    }

    public static class Handlers extends URIHandlerService {
        private final Handler handler = new Handler();
        @Override public void init(Services services) {}
        @Override public void destroy() {}
        @Override public URIHandler getURIHandler(String uri) { return handler; }
        @Override public URIHandler getURIHandler(URI uri) { return handler; }
        @Override public URIHandler getURIHandler(URI uri, boolean validate) { return handler; }
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        System.setOut(System.err);
        // Weeks begin on Sunday there, as on most servers.
        java.util.Locale.setDefault(java.util.Locale.US);
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        try {
            startServices();
        } catch (Throwable thrown) {
            // The threads of services that have started would keep the program waiting.
            thrown.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = answer(line.split("\t", -1));
            } catch (Throwable thrown) {
                Throwable cause = thrown;
                while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
                answer = "!" + cause.getClass().getSimpleName() + " " + cause.getMessage();
            }
            out.println(answer.replaceAll("\\s+", " "));
        }
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** Only what evaluates definitions: no database, no queue, no Hadoop. */
    static void startServices() throws Exception {
        File home = Files.createTempDirectory("oracle").toFile();
        File conf = new File(home, "conf");
        conf.mkdir();
        Files.write(new File(conf, "oozie-log4j.properties").toPath(),
                "log4j.rootLogger=OFF\n".getBytes(StandardCharsets.UTF_8));
        String services = "SchedulerService,InstrumentationService,DagXLogInfoService,ELService,UUIDService,SchemaService,ActionService"
                .replaceAll("\\w+", "org.apache.oozie.service.$0");
        Files.write(new File(conf, "oozie-site.xml").toPath(), ("<configuration>" + property("oozie.services", services)
                + property("oozie.services.ext", services) + "</configuration>").getBytes(StandardCharsets.UTF_8));
        System.setProperty("oozie.home.dir", home.getAbsolutePath());
        System.setProperty("oozie.config.dir", conf.getAbsolutePath());
        Services started = new Services();
        started.init();
        started.setService(Handlers.class);
    }

    static String property(String name, String value) {
        return "<property><name>" + name + "</name><value>" + value + "</value></property>";
    }

    static String answer(String[] q) throws Exception {
        switch (q[0]) {
            case "zone":
                return String.valueOf(DateUtils.getTimeZone(q[1]).getID().length() > 0);
            case "frequency":
                return ParamChecker.checkFrequency(q[1]).length() > 0 ? "ok" : "";
            case "cron":
                return cron(q[1], time(q[2]), Integer.parseInt(q[3]));
            case "nominal":
                return nominal(q);
            case "next":
                return next(q);
            case "instances":
                return instances(q);
            case "el":
                return el(q);
            case "hours":
                return String.valueOf(DateUtils.hoursInDay(calendar(q[1], time(q[2]))));
            case "workflow":
                return workflow(plain(q[1]), configuration(plain(q[2])));
            case "coordinator":
                return coordinator(plain(q[1]), configuration(plain(q[2])), time(q[3]));
            case "action":
                return encoded(action(plain(q[1]), configuration(plain(q[2]))));
            case "sla":
                return encoded(sla(plain(q[1]), configuration(plain(q[2]))));
            case "text":
                return encoded(evaluator(configuration(plain(q[2]))).evaluate(plain(q[1]), String.class));
            case "properties":
                return encoded(sorted(properties(plain(q[1]))));
            default:
                throw new IllegalArgumentException(q[0]);
        }
    }

    static Date time(String text) throws Exception {
        return DateUtils.parseDateOozieTZ(text);
    }

    static Calendar calendar(String zone, Date time) {
        Calendar calendar = Calendar.getInstance(DateUtils.getTimeZone(zone));
        calendar.setTime(time);
        return calendar;
    }

    /** cron, text, after, count: the next times after one. */
    static String cron(String text, Date after, int count) throws Exception {
        CoordinatorJobBean job = new CoordinatorJobBean();
        job.setFrequency(text);
        List<String> times = new ArrayList<>();
        Date time = after;
        for (int i = 0; i < count; i++) {
            time = CoordCommandUtils.getNextValidActionTimeForCronFrequency(time, job);
            if (time == null) break;
            times.add(DateUtils.formatDateOozieTZ(time));
        }
        return String.join(" ", times);
    }

    /** A command whose throttle is as wide as asked for, and which materialises without storing anything. */
    static class Materialise extends CoordMaterializeTransitionXCommand {
        Materialise(CoordinatorJobBean job, Date from, Date until) {
            super(job, 3600, from, until);
        }
        String run() throws Exception {
            return materializeActions(true);
        }
    }

    /** The job of a question's first seven fields: what, frequency, unit, end of, zone, start, end. */
    static CoordinatorJobBean job(String[] q) throws Exception {
        CoordinatorJobBean job = new CoordinatorJobBean();
        job.setId("0000000-1-oracle-C");
        job.setFrequency(q[1]);
        job.setTimeUnit(CoordinatorJob.Timeunit.valueOf(q[2]));
        job.setTimeZone(q[4]);
        job.setStartTime(time(q[5]));
        job.setEndTime(time(q[6]));
        job.setExecutionOrder(CoordinatorJob.Execution.FIFO);
        job.setTimeout(1);
        job.setConf("<configuration>" + property("user.name", "u") + "</configuration>");
        job.setJobXml("<coordinator-app xmlns='uri:oozie:coordinator:0.4' name='c' frequency='" + q[1]
                + "' freq_timeunit='" + q[2] + "' end_of_duration='" + q[3] + "' timezone='" + q[4] + "' start='" + q[5]
                + "' end='" + q[6] + "'><action><workflow><app-path>/a</app-path></workflow></action></coordinator-app>");
        return job;
    }

    /** nominal, ..., actions before, throttle, from: times of the actions that one go makes. */
    static String nominal(String[] q) throws Exception {
        CoordinatorJobBean job = job(q);
        job.setLastActionNumber(Integer.parseInt(q[7]));
        job.setMatThrottling(Integer.parseInt(q[8]));
        String made = new Materialise(job, time(q[9]), time(q[6])).run();
        Matcher matcher = Pattern.compile("action-nominal-time=\"([^\"]*)\"").matcher(made);
        List<String> times = new ArrayList<>();
        while (matcher.find()) times.add(matcher.group(1));
        return String.join(" ", times);
    }

    /** next, ..., number, nominal time: the nominal time of the action after that one. */
    static String next(String[] q) throws Exception {
        CoordinatorActionBean action = new CoordinatorActionBean();
        action.setActionNumber(Integer.parseInt(q[7]));
        action.setNominalTime(time(q[8]));
        Date next = CoordCommandUtils.computeNextNominalTime(job(q), action);
        return next == null ? "" : DateUtils.formatDateOozieTZ(next);
    }

    static Element event(String frequency, String unit, String endOf, String zone, String initial, String inner)
            throws Exception {
        return XmlUtils.parseXml("<data-in xmlns='uri:oozie:coordinator:0.4' name='in' dataset='d'><dataset name='d' frequency='"
                + frequency + "' freq_timeunit='" + unit + "' end_of_duration='" + endOf + "' timezone='" + zone
                + "' initial-instance='" + initial + "'><uri-template>x://h/${YEAR}-${MONTH}-${DAY}T${HOUR}_${MINUTE}</uri-template>"
                + "<done-flag></done-flag></dataset>" + inner + "</data-in>");
    }

    static Configuration conf() {
        Configuration conf = new Configuration(false);
        conf.set(OozieClient.USER_NAME, "u");
        return conf;
    }

    static SyncCoordAction action(String nominal, String actual, String zone) throws Exception {
        SyncCoordAction action = new SyncCoordAction();
        action.setActionId("a");
        action.setName("c");
        action.setNominalTime(time(nominal));
        action.setActualTime(time(actual));
        action.setTimeZone(DateUtils.getTimeZone(zone));
        action.setFrequency("1");
        action.setTimeUnit(TimeUnit.DAY);
        action.setEndOfDuration(TimeUnit.NONE);
        return action;
    }

    /**
     * instances, frequency, unit, end of, zone, initial, nominal, actual, existing, instance [, end]: times in the order
     * of Oozie, or `unresolved`.
     */
    static String instances(String[] q) throws Exception {
        String inner = q.length == 10 ? "<instance>" + q[9] + "</instance>"
                : "<start-instance>" + q[9] + "</start-instance><end-instance>" + q[10] + "</end-instance>";
        Element event = event(q[1], q[2], q[3], q[4], q[5], inner);
        SyncCoordAction action = action(q[6], q[7], "UTC");
        Configuration conf = conf();
        ELEvaluator eval = CoordELEvaluator.createInstancesELEvaluator(event, action, conf);
        StringBuilder found = new StringBuilder();
        CoordCommandUtils.resolveInstances(event, found, action, conf, eval);
        CoordCommandUtils.resolveInstanceRange(event, found, action, conf, eval);
        if (!found.toString().contains("latest") && !found.toString().contains("future")) {
            // What the action then waits for: Oozie fails here when an instance is no time.
            CoordCommandUtils.createEarlyURIs(event, found.toString(), new StringBuilder(), new StringBuilder());
            return found.toString().replace('#', ' ');
        }
        existing.clear();
        for (String there : q[8].isEmpty() ? new String[0] : q[8].split(" "))
            existing.add("x://h/" + there.substring(0, 13) + "_" + there.substring(14, 16));
        ELEvaluator lazy = CoordELEvaluator.createLazyEvaluator(time(q[7]), time(q[6]), event, conf);
        String times = CoordELFunctions.evalAndWrap(lazy, found.toString());
        return Boolean.TRUE.equals(lazy.getVariable(CoordELConstants.IS_RESOLVED)) ? times.replace('#', ' ')
                : "unresolved";
    }

    /** el, frequency, unit, end of, zone, initial, nominal, job's zone, expression. */
    static String el(String[] q) throws Exception {
        Element event = event(q[1], q[2], q[3], q[4], q[5], "");
        ELEvaluator eval = CoordELEvaluator.createInstancesELEvaluator("coord-action-create-inst", event,
                action(q[6], q[6], q[7]), conf());
        return eval.evaluate(q[8], String.class);
    }

    static String plain(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static Properties properties(String text) throws Exception {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        return properties;
    }

    /** Names and values, each ended by a U+0000, in the order of the names. */
    static String sorted(Properties properties) {
        StringBuilder all = new StringBuilder();
        for (String name : new TreeSet<>(properties.stringPropertyNames()))
            all.append(name).append('\0').append(properties.getProperty(name)).append('\0');
        return all.toString();
    }

    /** A job's configuration as `BaseJobsServlet` makes it of a job.properties. */
    static Configuration configuration(String properties) throws Exception {
        return new XConfiguration(properties(properties)).trim().resolve();
    }

    /** workflow, document, properties: `ok` where the server takes the workflow. */
    static String workflow(String document, Configuration conf) throws Exception {
        SchemaService schemas = Services.get().get(SchemaService.class);
        new LiteWorkflowAppParser(schemas.getSchema(SchemaService.SchemaName.WORKFLOW),
                LiteWorkflowStoreService.LiteControlNodeHandler.class, LiteWorkflowStoreService.LiteDecisionHandler.class,
                LiteWorkflowStoreService.LiteActionHandler.class).validateAndParse(new StringReader(document), conf);
        return "ok";
    }

    /** The evaluator of a running workflow's texts. */
    static ELEvaluator evaluator(Configuration conf) throws Exception {
        conf.set(OozieClient.APP_PATH, "/app");
        conf.set(OozieClient.USER_NAME, "u");
        LiteWorkflowApp app = new LiteWorkflowApp("w", "<w/>",
                new StartNodeDef(LiteWorkflowStoreService.LiteControlNodeHandler.class, "end"));
        app.addNode(new EndNodeDef("end", LiteWorkflowStoreService.LiteControlNodeHandler.class));
        WorkflowJobBean job = new WorkflowJobBean();
        job.setId("0000000-1-oracle-W");
        job.setProtoActionConf("<configuration/>");
        job.setWorkflowInstance(new LiteWorkflowInstance(app, conf, "0000000-1-oracle-W"));
        ELEvaluator eval = Services.get().get(ELService.class).createEvaluator("workflow");
        DagELFunctions.configureEvaluator(eval, job, new WorkflowActionBean());
        return eval;
    }

    /** action, element, properties: the element's text when it starts, as `ActionStartXCommand` resolves it. */
    static String action(String element, Configuration conf) throws Exception {
        String written = XmlUtils.prettyPrint(XmlUtils.parseXml(element)).toString();
        return XmlUtils.parseXml(evaluator(conf).evaluate(XmlUtils.removeComments(written), String.class)).getText();
    }

    /** sla, element, properties: what is promised of a workflow, as its submission resolves it. */
    static String sla(String element, Configuration conf) throws Exception {
        ELEvaluator eval = SubmitXCommand.createELEvaluatorForGroup(conf, "wf-sla-submit");
        Element resolved = XmlUtils.parseXml(SubmitXCommand.resolveSla(XmlUtils.parseXml(element), eval));
        return resolved.getChildText("notification-msg", resolved.getNamespace());
    }

    /** The commands of a coordinator's submission, without what it stores. */
    static class Submit extends CoordSubmitXCommand {
        Submit(Configuration conf) {
            super(true, conf);
        }
        Element resolve(String document, Configuration conf, CoordinatorJobBean job) throws Exception {
            initEvaluators();
            return basicResolveAndIncludeDS(document, conf, job);
        }
    }

    /** coordinator, document, properties, nominal time: the configuration that its workflow gets. */
    static String coordinator(String document, Configuration conf, Date nominal) throws Exception {
        conf.set(OozieClient.USER_NAME, "u");
        XmlUtils.validateXml(Services.get().get(SchemaService.class).getSchema(SchemaService.SchemaName.COORDINATOR), document);
        CoordinatorJobBean job = new CoordinatorJobBean();
        Element resolved = new Submit(conf).resolve(document, conf, job);
        Element action = XmlUtils.parseXml(CoordCommandUtils.materializeOneInstance("0000000-1-oracle-C", true,
                (Element) resolved.clone(), nominal, nominal, 1, conf, new CoordinatorActionBean()));
        Element workflow = action.getChild("action", action.getNamespace()).getChild("workflow", action.getNamespace());
        Properties values = new Properties();
        for (Object one : workflow.getChild("configuration", action.getNamespace()).getChildren()) {
            Element property = (Element) one;
            values.setProperty(property.getChildText("name", action.getNamespace()),
                    property.getChildText("value", action.getNamespace()));
        }
        return encoded(sorted(values));
    }
}
