// The ships of a match as balls on a plane; one's own is amber.
import { Mesh, MeshBasicMaterial, OrthographicCamera, Scene, SphereGeometry, WebGLRenderer } from "three";
import { quickPlay } from "@metronome/sdk";

const server = new URLSearchParams(location.search).get("server") ?? "http://127.0.0.1:8080";
const session = quickPlay(server, { mode: "ffa", name: "three" });

const GROUND = 4096; // units of the game
const camera = new OrthographicCamera(0, GROUND, 0, -GROUND, 0, 200);
camera.position.z = 100;
const renderer = new WebGLRenderer();
renderer.setSize(512, 512);
document.body.append(renderer.domElement);

const scene = new Scene();
const ball = new SphereGeometry(30);
const [amber, blue] = [new MeshBasicMaterial({ color: "darkorange" }), new MeshBasicMaterial({ color: "steelblue" })];
const balls = new Map(); // by a ship's life: an id alone may be another ship's by now
session.onAdd("ship", (ship) => {
  const mesh = new Mesh(ball, ship.raw("seat") === session.seat ? amber : blue);
  balls.set(ship.life, mesh);
  scene.add(mesh);
});
session.onRemove("ship", (ship) => {
  scene.remove(balls.get(ship.life));
  balls.delete(ship.life);
});

renderer.setAnimationLoop((now) => {
  const view = session.view(now);
  if (view.tick < 0) return; // nothing has come yet
  for (const ship of view.rows("ship")) balls.get(ship.life)?.position.set(ship.x, -ship.y, 0); // y goes down in the game
  renderer.render(scene, camera);
});

Object.assign(globalThis, { session }); // to look at on the browser's console
